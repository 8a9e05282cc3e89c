// Package apachekafka gives tests a real Apache Kafka: one node, in a child
// process, on loopback, from the jars that Maven collects by the pom.xml here.
//
// It guarantees:
//
//   - Start and Restart return when the broker answers as the cluster that was
//     asked for; Restart keeps the ports and the data.
//   - A test that fails shows the end of what the broker logged.
//   - The child dies with its parent, whatever ends the parent (on Linux).
//
// Ports are below those that the system hands out by itself, so that nobody gets
// them by chance while the broker is down; one that is taken all the same makes
// the first start try others.
//
// It needs java, 17 or newer, and mvn on PATH. The jars go to the user's cache
// directory once. Without either the test fails and says what to install; with
// -short it is skipped.
//
// Left out on purpose: more than one node, TLS and SASL (the broker in this
// process has them), and any use by the product.
package apachekafka
