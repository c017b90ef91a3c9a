# syntax=docker/dockerfile:1

# Compiles; its tools do not ship.
FROM node:20-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN --mount=type=cache,target=/root/.npm npm ci --include=dev
COPY tsconfig.json tsconfig.build.json ./
COPY scripts scripts
COPY embedded embedded
COPY sandbox sandbox
COPY src src
RUN npm run build

# The libraries that run. The embedded PostgreSQL comes as an optional package and stays out.
FROM node:20-slim AS libraries
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN --mount=type=cache,target=/root/.npm npm ci --omit=dev --omit=optional --ignore-scripts

FROM node:20-slim AS base
ENV NODE_ENV=production
WORKDIR /app
COPY --from=libraries /app/node_modules node_modules
COPY package.json ./

# Stand-ins for the shops' other services and the payment provider, to try the service out.
FROM base AS sandbox
COPY --from=build /app/dist/sandbox dist/sandbox
RUN mkdir /data && chown node:node /data
VOLUME /data
USER node
EXPOSE 4000
CMD ["node", "dist/sandbox/main.js", "--host", "0.0.0.0", "--port", "4000", "--data-dir", "/data"]

# The service: without the embedded parts, configured by environment (docs/configuration.md).
FROM base AS service
COPY --from=build /app/dist/src dist/src
ENV HOST=0.0.0.0 PORT=3000
USER node
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.PORT + '/health/live').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "dist/src/main.js"]
