import { join } from 'node:path';
import compression from 'compression';
import express, { Router } from 'express';

const YEAR_MS = 365 * 24 * 60 * 60 * 1000;

/** The built page: hashed assets for ever, everything else asked for anew; unknown paths are the page's own routes. */
export function pageRouter(folder: string): Router {
  const router = Router();
  // A file is asked for once and kept: nothing is gained by keeping it compressed here as well. What the API says is never compressed.
  const compress = compression();
  router.use(
    '/assets',
    compress,
    express.static(join(folder, 'assets'), {
      immutable: true,
      maxAge: YEAR_MS,
      fallthrough: false,
      acceptRanges: false,
    }),
  );
  router.use(
    compress,
    express.static(folder, { index: false, cacheControl: false, acceptRanges: false, setHeaders: askAnew }),
  );
  router.get('/{*path}', (req, res, next) => {
    // Neither the API nor a file that is not there, such as /robots.txt.
    const isOther = /^\/(api|v1)(\/|$)|\.\w+$/.test(req.path);
    const isPage = !isOther && req.accepts(['html', 'json']) === 'html';
    if (!isPage) return next();
    askAnew(res);
    res.sendFile('index.html', { root: folder, cacheControl: false, acceptRanges: false });
  });
  return router;
}

function askAnew(res: { setHeader(name: string, value: string): unknown }): void {
  res.setHeader('Cache-Control', 'no-cache');
}
