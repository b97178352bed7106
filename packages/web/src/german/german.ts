import { admin } from './admin.ts';
import { api } from './api.ts';
import { app } from './app.ts';
import { auth } from './auth.ts';
import type { Catalogue } from './catalogue.ts';
import { chat } from './chat.ts';
import { conversations } from './conversations.ts';
import { errors } from './errors.ts';
import { markdown } from './markdown.ts';
import { models } from './models.ts';
import { settings } from './settings.ts';
import { stream } from './stream.ts';
import { ui } from './ui.ts';
import { usage } from './usage.ts';

/** The page in German, room by room. A sentence that several rooms use stands in the first of them. */
export const rooms: Readonly<Record<string, Catalogue>> = {
  app,
  ui,
  errors,
  api,
  auth,
  stream,
  markdown,
  chat,
  models,
  conversations,
  settings,
  usage,
  admin,
};

export const german: Catalogue = Object.assign({}, ...Object.values(rooms));
