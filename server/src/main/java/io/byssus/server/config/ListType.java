package io.byssus.server.config;

import java.util.List;

/** A list, written as one or with commas; its range is about its size. */
public abstract class ListType<T> extends ValueType<List<T>> {
  @Override
  public boolean list() {
    return true;
  }

  @Override
  public long measure(List<T> value) {
    return value.size();
  }

  @Override
  public long bound(String text) {
    return Long.parseLong(text);
  }
}
