package io.byssus.core.session;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The tokens with which a session can be resumed: the one that was used last, and those handed out
 * since. Nobody knows which of these has reached the client: the answer to a resume may be lost, or
 * an old connect may arrive after a newer one. Using one of them settles it, and voids all others
 * but the new one that is handed out for it.
 *
 * @param handedOut oldest first
 */
public record ResumeTokens(TokenHash used, List<TokenHash> handedOut) {
  /**
   * Of the tokens that were handed out and not used, only so many live: resumes that nobody hears
   * of must not pile up.
   */
  public static final int HANDED_OUT_MAX = 4;

  public ResumeTokens {
    handedOut = List.copyOf(handedOut);
  }

  /** The tokens of a new session, which comes with its first. */
  public static ResumeTokens first(TokenHash token) {
    return new ResumeTokens(token, List.of());
  }

  /**
   * The tokens after a claim with {@code presented}, for which {@code next} is handed out; empty
   * when it is void.
   */
  public Optional<ResumeTokens> claimed(TokenHash presented, TokenHash next) {
    if (presented.equals(used)) {
      var since = new ArrayList<>(handedOut);
      since.remove(next); // a claim that is repeated hands the same token out again
      since.add(next);
      var tooMany = Math.max(0, since.size() - HANDED_OUT_MAX);
      return Optional.of(new ResumeTokens(used, since.subList(tooMany, since.size())));
    }
    return handedOut.contains(presented)
        ? Optional.of(new ResumeTokens(presented, List.of(next)))
        : Optional.empty();
  }
}
