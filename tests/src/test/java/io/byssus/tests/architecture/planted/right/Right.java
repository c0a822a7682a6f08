package io.byssus.tests.architecture.planted.right;

import io.byssus.tests.architecture.planted.left.Left;

/** The other half. */
public class Right {
  Left left;

  Left left() {
    return left;
  }
}
