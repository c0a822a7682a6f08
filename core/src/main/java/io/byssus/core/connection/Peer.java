package io.byssus.core.connection;

/**
 * Who is at the other end, as far as the network and the handshake tell. A class of its own for
 * those who show a token in the handshake: most do not, and there may be a million of them.
 */
public sealed class Peer permits Peer.WithToken {
  private final String address;
  private final boolean local;

  /**
   * @param address the IP address, behind trusted proxies the one that they report
   * @param local whether both the address and the page that opened the socket (if any) are of this
   *     machine
   */
  public Peer(String address, boolean local) {
    this.address = address;
    this.local = local;
  }

  public final String address() {
    return address;
  }

  public final boolean local() {
    return local;
  }

  /** The credential that came with the handshake, which counts when connect has none; or empty. */
  public String token() {
    return "";
  }

  /** The same with this token. */
  public final Peer with(String token) {
    return token.isEmpty() ? without() : new WithToken(address, local, token);
  }

  /** The same without a token. */
  public final Peer without() {
    return token().isEmpty() ? this : new Peer(address, local);
  }

  @Override
  public final boolean equals(Object other) {
    return other instanceof Peer peer
        && local == peer.local
        && address.equals(peer.address)
        && token().equals(peer.token());
  }

  @Override
  public final int hashCode() {
    return address.hashCode();
  }

  /** Without the token. */
  @Override
  public final String toString() {
    return "Peer[" + address + (local ? ", local" : "") + "]";
  }

  static final class WithToken extends Peer {
    private final String token;

    private WithToken(String address, boolean local, String token) {
      super(address, local);
      this.token = token;
    }

    @Override
    public String token() {
      return token;
    }
  }
}
