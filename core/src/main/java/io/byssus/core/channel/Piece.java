package io.byssus.core.channel;

import io.byssus.protocol.Position;
import io.byssus.protocol.Recovery;
import io.byssus.protocol.ServerMessage.Item;
import java.util.List;
import java.util.Optional;

/**
 * A part of what a subscription has missed: items without a hole.
 *
 * @param from the place before the items; empty for patterns and ephemeral channels
 * @param top the offset at which the channel ended when this was read
 * @param recovery what became of the position that was asked for
 * @param live whether that was all, and publications follow by themselves; else it is to be read on
 */
public record Piece(
    Optional<Position> from, long top, Recovery recovery, List<Item> items, boolean live) {}
