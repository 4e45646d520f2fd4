# Build: a runnable jar.
FROM maven:3.9-eclipse-temurin-25 AS build
WORKDIR /build
# The poms alone first: what they need is downloaded once, and not again for each change of a source.
COPY pom.xml ./
COPY .mvn .mvn
COPY codec/pom.xml codec/
COPY client/pom.xml client/
COPY daemon/pom.xml daemon/
COPY bench/pom.xml bench/
RUN mvn -B -q package -Dmaven.test.skip=true -Dexec.skip -pl daemon -am
COPY codec/src/main codec/src/main
COPY daemon/src/main daemon/src/main
RUN mvn -B -q package -Dmaven.test.skip=true -Dexec.skip -pl daemon -am

FROM eclipse-temurin:25-jre
# The user owns the directory, and so a named volume that is first mounted there.
RUN useradd --system --uid 10001 --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin \
        quorumlog \
    && mkdir /data \
    && chown quorumlog:quorumlog /data
COPY --from=build /build/daemon/target/quorumlog-daemon.jar /opt/quorumlog/
COPY --from=build /build/daemon/src/main/docker/healthcheck /opt/quorumlog/
USER quorumlog
WORKDIR /data
VOLUME /data
ENV QUORUMLOG_BIND=0.0.0.0 QUORUMLOG_DATA_DIR=/data
# It asks the node itself; a node that recovers a long log has its time.
HEALTHCHECK --interval=5s --timeout=2s --start-period=120s --retries=3 CMD ["/opt/quorumlog/healthcheck"]
# Java is process 1: it gets the signal of `docker stop`. Further options: JDK_JAVA_OPTIONS.
ENTRYPOINT ["java", "-XX:+UseSerialGC", "-XX:-UsePerfData", "-XX:-CreateCoredumpOnCrash", "-Xshare:auto", \
    "--sun-misc-unsafe-memory-access=allow", "-Xms16m", "-Xmx80m", "-XX:MaxDirectMemorySize=160m", \
    "-XX:ReservedCodeCacheSize=24m", "-Xss512k", "-XX:TrimNativeHeapInterval=10000", \
    "-XX:PerMethodTrapLimit=0", "-XX:TypeProfileLevel=0", \
    "-Dfile.encoding=UTF-8", "-XX:ErrorFile=/data/hs_err_pid%p.log", "-jar", "/opt/quorumlog/quorumlog-daemon.jar"]
