FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY emulator/package.json emulator/
RUN npm ci
COPY . .
# `docker build --build-arg BUILD_COMMIT=$(git rev-parse HEAD)`: the image has no git history.
ARG BUILD_COMMIT=
ENV BUILD_STANDALONE=1 NEXT_TELEMETRY_DISABLED=1
RUN npm run build

FROM node:24-bookworm-slim
WORKDIR /app
COPY --from=build /app/.next/standalone ./
COPY --from=build /app/.next/static ./.next/static
COPY --from=build /app/public ./public
# The only folder that is written to. A new volume takes over its owner.
RUN mkdir -m 700 /data && chown node:node /data
VOLUME /data
ENV NODE_ENV=production NEXT_TELEMETRY_DISABLED=1 HOSTNAME=0.0.0.0 PORT=3000 ORDER_DATABASE=/data/orders.db
EXPOSE 3000
USER node
HEALTHCHECK --interval=30s --timeout=10s --start-period=20s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/api/health`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# Node itself, not npm, so that it gets the signal to stop.
CMD ["node", "server.js"]
