package io.byssus.devices;

import io.byssus.transport.Cidr;

/** The name of the gateway that is in a network, which may be one address. */
public record KnownGateway(String gateway, Cidr network) {}
