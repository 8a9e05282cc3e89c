# mailfate alone, for a Kafka and a ClickHouse that run elsewhere; the embedded
# ones need more than this image has.
FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -ldflags "-s -w" -o /out/mailfate . \
    && mkdir /out/data

# base, and not static: mailfate has no C in it, but is linked with the C library
# by which it would load an embedded ClickHouse.
FROM gcr.io/distroless/base-nossl-debian12:nonroot
COPY --from=build /out/mailfate /usr/local/bin/mailfate
# A volume that is mounted here gets its owner from this directory.
COPY --from=build --chown=65532:65532 /out/data /var/lib/mailfate
USER 65532:65532
ENTRYPOINT ["/usr/local/bin/mailfate"]
