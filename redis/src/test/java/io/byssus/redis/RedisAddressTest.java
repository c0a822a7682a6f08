package io.byssus.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.byssus.redis.RedisAddress.Host;
import io.byssus.redis.RedisAddress.Kind;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RedisAddressTest {
  @Test
  void oneHostNeedsNothingElse() {
    assertThat(RedisAddress.parse("redis://localhost"))
        .isEqualTo(
            new RedisAddress(
                Kind.STANDALONE, List.of(new Host("localhost", 6379)), "", 0, false, "", ""));
  }

  @Test
  void everyPartOfAnAddressIsRead() {
    assertThat(RedisAddress.parse("rediss://ann:s3cr%40t%2F%25@redis-1.example_a.org:7000/5"))
        .isEqualTo(
            new RedisAddress(
                Kind.STANDALONE,
                List.of(new Host("redis-1.example_a.org", 7000)),
                "",
                5,
                true,
                "ann",
                "s3cr@t/%"));
  }

  @Test
  void sentinelsHaveTheirOwnPortAndNameThePrimary() {
    var address = RedisAddress.parse("redis-sentinel://:pw@s1,s2:5000,[fd00::3]/mymaster/2");
    assertThat(address.kind()).isEqualTo(Kind.SENTINEL);
    assertThat(address.hosts())
        .containsExactly(new Host("s1", 26379), new Host("s2", 5000), new Host("fd00::3", 26379));
    assertThat(address.primary()).isEqualTo("mymaster");
    assertThat(address.database()).isEqualTo(2);
    assertThat(address.user()).isEmpty();
    assertThat(address.password()).isEqualTo("pw");
    assertThat(RedisAddress.parse("redis-sentinel://s1/p").database()).isZero();
  }

  @Test
  void clusterIsAskedThroughAnyOfItsNodes() {
    var address = RedisAddress.parse("rediss-cluster://a:1,b:2,[::1]:3");
    assertThat(address.kind()).isEqualTo(Kind.CLUSTER);
    assertThat(address.tls()).isTrue();
    assertThat(address.hosts())
        .containsExactly(new Host("a", 1), new Host("b", 2), new Host("::1", 3));
  }

  @ParameterizedTest
  @CsvSource({
    "valkey://h, redis://h:6379",
    "valkeys://h, rediss://h:6379",
    "VALKEY-Cluster://h, redis-cluster://h:6379",
    "valkeys-sentinel://h/m, rediss-sentinel://h:26379/m",
    "redis://h/, redis://h:6379",
    "redis-cluster://h/0, redis-cluster://h:6379",
    "redis://u:p@[::1]:1/3, redis://[::1]:1/3",
    "'redis-sentinel://u@a,b:7/m/1', 'redis-sentinel://a:26379,b:7/m/1'"
  })
  void addressIsShownInOneWayWithoutUserAndPassword(String url, String shown) {
    assertThat(RedisAddress.parse(url)).hasToString(shown);
    assertThat(RedisAddress.parse(shown)).hasToString(shown);
  }

  @Test
  void userMayComeWithoutPasswordAndPasswordWithoutUser() {
    var user = RedisAddress.parse("redis://ann@h");
    assertThat(user.user()).isEqualTo("ann");
    assertThat(user.password()).isEmpty();
    assertThat(RedisAddress.parse("redis://:a:b@c@h").password()).isEqualTo("a:b@c");
    assertThat(RedisAddress.parse("redis://:%C3%A4ö😀@h").password()).isEqualTo("äö😀");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "localhost:6379|not a Redis address; use",
        "http://h|not a Redis address; use",
        "redis:/h|not a Redis address; use",
        "''|not a Redis address; use",
        "redis://|a host is missing; expected redis://[USER[:PASSWORD]@]HOST[:PORT][/DATABASE]",
        "redis://:6379|a host is missing",
        "redis://@h|user and password are missing before the @",
        "redis://u:p@|a host is missing",
        "redis://a,b|one Redis has one host",
        "redis://h:|a port is not a number",
        "redis://h:x|a port is not a number",
        "redis://h:0|a port is none of 1 to 65535",
        "redis://h:65536|a port is none of 1 to 65535",
        "redis://h:123456|a port is not a number",
        "redis://::1|a host is missing",
        "redis://fd00::1|stands in brackets, as in [::1]:6379",
        "redis://[::1|is not closed",
        "redis://[h]|no IPv6 address",
        "redis://[::1]6379|a port is not a number",
        "redis://a b|letters, digits, dots, dashes and underscores only",
        "redis://h/x|the database, behind the last slash, is not a number",
        "redis://h/-1|the database, behind the last slash, is not a number",
        "redis://h/1/2|the database, behind the last slash, is not a number",
        "redis://h?timeout=1s|nothing may follow behind a ? or #",
        "redis://h/0#x|nothing may follow behind a ? or #",
        "redis://u:p%@h|needs two hexadecimal digits",
        "redis://u:p%2@h|needs two hexadecimal digits",
        "redis://u:p%zz@h|needs two hexadecimal digits",
        "redis://u:%ff@h|do not make UTF-8 text",
        "redis://u:p/q@h|a slash within user or password is written as %2F",
        "redis-cluster://a,b/1|a Redis Cluster has database 0 only; expected redis-cluster://",
        "redis-cluster://a,|a host is missing",
        "redis-sentinel://a,b|the name that the Sentinels give the primary is missing",
        "rediss-sentinel://a/|as /mymaster; expected rediss-sentinel://",
        "redis-sentinel://a/m m|the primary's name has letters",
        "redis-sentinel://a/0#m|nothing may follow behind a ? or #"
      })
  void mistakeIsToldWithTheRightShape(String url, String told) {
    assertThatThrownBy(() -> RedisAddress.parse(url))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(told)
        .hasMessageContaining("]HOST[:PORT]");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "zaphod://u:zaphod@h",
        "redis:u:zaphod@h",
        "redis://u:zaphod",
        "redis://:zaphod",
        "redis://u:zaphod/@h",
        "redis://u:zaphod@h?u:zaphod",
        "redis://u:zaphod#@h/zaphod",
        "redis://u:x@zaphod/zaphod@h",
        "redis://u:zaphod%@h",
        "redis://u:zaphod@h:port",
        "redis-sentinel://u:zaphod@h",
        "redis-cluster://u:zaphod@h/1"
      })
  void passwordIsNeverRepeated(String url) {
    assertThatThrownBy(() -> RedisAddress.parse(url)).hasMessageNotContaining("zaphod");
    assertThat(RedisAddress.parse("redis://u:zaphod@h").toString()).doesNotContain("zaphod", "u:");
  }
}
