package io.byssus.core.memory;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The sessions under one target of the directory: there is one for each user, mostly with one
 * session. Guarded by {@link MemoryDirectory}; where a method answers the sessions that are left,
 * it is null when none is.
 */
sealed interface Listed {
  /** A session that is there keeps its place, unless it was added last before {@code passedNs}. */
  Listed with(String session, long nowNs, long passedNs);

  /** Without the session, if it was added last at {@code lastNs} or before. */
  @Nullable Listed without(String session, long lastNs);

  /** Those that were added after {@code passedNs}. */
  @Nullable Listed since(long passedNs);

  /** In the order in which they were added first. */
  List<String> sessions();

  /** The first so many of those after a place in that order; the first place of all is 1. */
  List<Place> after(long place, int most);

  /** A session and its place. */
  record Place(long order, String session) {}

  /**
   * @param addedNs when it was added last
   */
  record One(String session, long addedNs) implements Listed {
    @Override
    public Listed with(String another, long nowNs, long passedNs) {
      if (session.equals(another) || addedNs - passedNs <= 0) {
        return new One(another, nowNs);
      }
      var many = new Many();
      many.put(session, addedNs);
      return many.with(another, nowNs, passedNs);
    }

    @Override
    public @Nullable Listed without(String other, long lastNs) {
      return session.equals(other) && addedNs - lastNs <= 0 ? null : this;
    }

    @Override
    public @Nullable Listed since(long passedNs) {
      return addedNs - passedNs <= 0 ? null : this;
    }

    @Override
    public List<String> sessions() {
      return List.of(session);
    }

    @Override
    public List<Place> after(long place, int most) {
      return place < 1 && most > 0 ? List.of(new Place(1, session)) : List.of();
    }
  }

  /** Kept in the order of their last addition, so that those whose time has passed come first. */
  final class Many implements Listed {
    private final LinkedHashMap<String, Standing> places = new LinkedHashMap<>();
    private long newest;

    /**
     * @param order among the others, by first addition
     */
    private record Standing(long order, long addedNs) {}

    private void put(String session, long nowNs) {
      var place = places.get(session);
      places.putLast(session, new Standing(place == null ? ++newest : place.order, nowNs));
    }

    @Override
    public Listed with(String session, long nowNs, long passedNs) {
      since(passedNs);
      put(session, nowNs);
      return this;
    }

    @Override
    public @Nullable Listed without(String session, long lastNs) {
      places.computeIfPresent(session, (_, place) -> place.addedNs - lastNs <= 0 ? null : place);
      return places.isEmpty() ? null : this;
    }

    @Override
    public @Nullable Listed since(long passedNs) {
      var oldest = places.values().iterator();
      while (oldest.hasNext() && oldest.next().addedNs - passedNs <= 0) {
        oldest.remove();
      }
      return places.isEmpty() ? null : this;
    }

    @Override
    public List<String> sessions() {
      return places.entrySet().stream()
          .sorted(Comparator.comparingLong(entry -> entry.getValue().order))
          .map(Map.Entry::getKey)
          .toList();
    }

    @Override
    public List<Place> after(long place, int most) {
      return places.entrySet().stream()
          .filter(entry -> entry.getValue().order > place)
          .map(entry -> new Place(entry.getValue().order, entry.getKey()))
          .sorted(Comparator.comparingLong(Place::order))
          .limit(most)
          .toList();
    }
  }
}
