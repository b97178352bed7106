import { type RequestHandler, Router } from 'express';
import type { Catalog } from '../../catalog/catalog.ts';

export function modelsRouter({ catalog, admit }: { catalog: Catalog; admit: RequestHandler[] }): Router {
  const router = Router();
  router.get('/api/models', ...admit, (_req, res) => {
    res.json(catalog.list());
  });
  return router;
}
