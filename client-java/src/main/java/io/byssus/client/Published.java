package io.byssus.client;

import io.byssus.protocol.Durability;
import io.byssus.protocol.Position;
import java.util.Optional;

/**
 * The server's word that a publication is stored.
 *
 * @param level how safe it is, at least what was asked
 * @param position its place, empty on ephemeral channels
 * @param duplicate whether its dedupe id was published before, at that position
 */
public record Published(Durability level, Optional<Position> position, boolean duplicate) {}
