import { type RequestHandler, Router } from 'express';
import { buildOpenapi } from '../openapi/build-openapi.ts';

/** What can be read of the API without a token: its description, and what its errors mean. The page at `/docs` draws it. */
export function docsRouter(pageFolder: string): Router {
  const router = Router();
  const document = JSON.stringify(buildOpenapi());
  router.get('/openapi.json', (_req, res) => {
    res.type('application/json').setHeader('Cache-Control', 'no-cache').send(document);
  });
  const sendPage: RequestHandler = (_req, res) => {
    res.setHeader('Cache-Control', 'no-cache');
    res.sendFile('docs.html', { root: pageFolder, cacheControl: false, acceptRanges: false });
  };
  router.get('/docs', sendPage);
  router.get('/docs/errors', sendPage);
  return router;
}
