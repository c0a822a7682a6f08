package io.byssus.protocol;

/**
 * What a {@link JsonCodec} takes in. The length of a frame is not here: the transport bounds that.
 *
 * @param depth how deep objects and arrays may nest, the message itself included
 * @param nameBytes longest member name, in bytes as written
 * @param numberBytes longest number, in bytes as written
 * @param batchLines most messages in one frame
 */
public record JsonLimits(int depth, int nameBytes, int numberBytes, int batchLines) {
  public static final JsonLimits DEFAULTS = new JsonLimits(64, 1_024, 1_024, 1_000);

  // Reading is recursive, so the depth is what bounds the stack.
  private static final int DEPTH_MAX = 1_000;

  public JsonLimits {
    if (depth < 4 || depth > DEPTH_MAX || nameBytes < 16 || numberBytes < 16 || batchLines < 1) {
      throw new IllegalArgumentException(
          "not limits: depth %d, names %d, numbers %d, batch %d"
              .formatted(depth, nameBytes, numberBytes, batchLines));
    }
  }
}
