package io.byssus.tests.architecture.planted.left;

import io.byssus.tests.architecture.planted.right.Right;

/** One half of a circle, on purpose. */
public class Left {
  Right right;

  Right right() {
    return right;
  }
}
