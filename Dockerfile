FROM node:24-trixie-slim AS toolchain
RUN npm install -g pnpm@12.21.0
WORKDIR /app
COPY package.json pnpm-workspace.yaml pnpm-lock.yaml ./
COPY packages/shared/package.json packages/shared/
COPY packages/server/package.json packages/server/
COPY packages/web/package.json packages/web/
COPY e2e/package.json e2e/
COPY bench/package.json bench/
COPY examples/package.json examples/

FROM toolchain AS page
# With more connections pnpm's first download can stall for a minute in a build.
RUN pnpm install --frozen-lockfile --network-concurrency=4 --filter @sluice/web...
COPY tsconfig.base.json ./
COPY packages/shared packages/shared
COPY packages/web packages/web
# The page shows them.
COPY examples examples
RUN pnpm --filter @sluice/web exec vite build

FROM toolchain AS dependencies
RUN pnpm install --prod --frozen-lockfile --network-concurrency=4 --filter @sluice/server...

FROM node:24-trixie-slim AS server
WORKDIR /app
COPY --from=dependencies /app ./
COPY packages/shared/src packages/shared/src
COPY packages/server/src packages/server/src
COPY --from=page /app/packages/web/dist packages/web/dist
RUN printf '#!/bin/sh\nexec node /app/packages/server/src/cli/main.ts "$@"\n' > /usr/local/bin/sluice \
  && chmod 755 /usr/local/bin/sluice \
  && install -d -o node -g node -m 700 /data
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000 DATA_DIR=/data
VOLUME /data
EXPOSE 3000
USER node
CMD ["node", "packages/server/src/main.ts"]

FROM nginx:1.30 AS proxy
COPY nginx.conf /etc/nginx/nginx.conf
COPY --from=page /app/packages/web/dist/assets /usr/share/nginx/html/assets
USER nginx
EXPOSE 8080
CMD ["nginx", "-g", "daemon off;"]

FROM proxy AS proxy-tls
COPY nginx.tls.conf /etc/nginx/server.d/tls.conf
EXPOSE 8443
