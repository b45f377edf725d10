# Built in the large image, which has the compiler that SQLite may need, and run in the slim one.
FROM node:24-bookworm AS build
WORKDIR /app

# Dependencies first: they stay cached until the lock file changes.
COPY package.json package-lock.json ./
COPY core/package.json core/
COPY client/package.json client/
COPY backend/package.json backend/
COPY backend/bin backend/bin
COPY bench/package.json bench/
COPY frontend/package.json frontend/
RUN npm ci

COPY . .
RUN npm run build && npm prune --omit=dev

FROM node:24-bookworm-slim
WORKDIR /app

# A user of our own: the number decides who may write to a mounted data directory, and base images
# differ in whom they bring. docs/DEVELOPMENT.md says how the directory on the host gets this owner.
RUN groupadd --gid 10001 savepoint \
	&& useradd --uid 10001 --gid 10001 --home-dir /app --no-create-home savepoint \
	&& install -d -o 10001 -g 10001 -m 0750 /data

COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/core core
COPY --from=build /app/client client
COPY --from=build /app/backend backend
COPY --from=build /app/frontend/dist frontend/dist

ENV NODE_ENV=production \
	PATH=/app/node_modules/.bin:$PATH \
	HOST=0.0.0.0 \
	PORT=3333 \
	SAVEPOINT_DB_PATH=/data/savepoint.sqlite
EXPOSE 3333
USER 10001:10001

# Whether the process answers, not whether the disk takes writes: a full disk is no reason to
# restart.
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s CMD ["node", "-e", "\
	fetch(`http://127.0.0.1:${process.env.PORT}/health/live`) \
		.then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]

# The server is process 1 itself, so that a stop reaches it as SIGTERM.
CMD ["node", "backend/dist/bundle/serve.js"]
