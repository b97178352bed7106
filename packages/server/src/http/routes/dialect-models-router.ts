import { type Request, type RequestHandler, Router } from 'express';
import type { Catalog } from '../../catalog/catalog.ts';
import { isAnthropicCall } from '../dialect/is-anthropic-call.ts';
import { toAnthropicModel, toOpenAiModel } from '../dialect/to-listed-model.ts';

/** The models that can be asked now, in the words of whoever asks. */
export function dialectModelsRouter({
  catalog,
  admit,
}: {
  catalog: Catalog;
  admit: RequestHandler[];
}): Router {
  const router = Router();
  router.use('/v1/models', joinName);

  router.get('/v1/models', ...admit, (req, res) => {
    const { default: first, models: all } = catalog.list();
    // Whoever takes the first one takes the default.
    const models = all
      .filter(({ available }) => available)
      .toSorted((a, b) => Number(b.id === first) - Number(a.id === first));
    if (!isAnthropicCall(req)) return void res.json({ object: 'list', data: models.map(toOpenAiModel) });
    const ids = models.map(({ id }) => id);
    res.json({
      data: models.map(toAnthropicModel),
      has_more: false,
      first_id: ids.at(0) ?? null,
      last_id: ids.at(-1) ?? null,
    });
  });

  router.get('/v1/models/:id', ...admit, (req: Request<{ id: string }>, res) => {
    const model = catalog.resolve(req.params.id);
    res.json(isAnthropicCall(req) ? toAnthropicModel(model) : toOpenAiModel(model));
  });
  return router;
}

/** A model's name has slashes in it, which some clients encode and some do not. */
const joinName: RequestHandler = (req, _res, next) => {
  const [path = '', ...query] = req.url.split('?');
  req.url = [`/${path.slice(1).replaceAll('/', '%2F')}`, ...query].join('?');
  next();
};
