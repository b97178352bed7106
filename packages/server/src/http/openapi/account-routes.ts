import {
  appTokenListSchema,
  createdAppTokenSchema,
  limitStateListSchema,
  loginRequestSchema,
  meChangesSchema,
  meSchema,
  modelListSchema,
  newAppTokenSchema,
  openSessionListSchema,
  passwordChangeSchema,
  sessionSchema,
  setupRequestSchema,
  usageReportSchema,
} from '@sluice/shared';
import * as z from 'zod';
import { usageQuery } from '../routes/usage-router.ts';
import type { DescribedRoute } from './described-route.ts';

const ofAccount = { tag: 'Account', needs: 'session' } as const;
const ofSession = { tag: 'Sessions', needs: 'nothing' } as const;
const byCookie = {
  ...ofSession,
  needs: 'cookie',
  body: z.strictObject({}),
  example: {},
} as const;

const signedIn = { is: 'An access token for ten minutes; a cookie renews it.', schema: sessionSchema };

export const accountRoutes: readonly DescribedRoute[] = [
  {
    route: 'GET /api/models',
    tag: 'Models',
    does: 'Lists the models, and what they take and cost',
    needs: 'chat',
    answers: { 200: { is: 'The models.', schema: modelListSchema } },
  },
  {
    route: 'GET /api/usage',
    tag: 'Usage',
    does: 'Sums what was used',
    needs: 'usage',
    query: usageQuery,
    answers: { 200: { is: 'Sums, by what was asked for.', schema: usageReportSchema } },
  },
  {
    route: 'GET /api/me/limits',
    tag: 'Usage',
    does: 'Tells which limits apply to the caller, and what is left of them',
    needs: 'chat',
    answers: { 200: { is: 'The limits.', schema: limitStateListSchema } },
  },
  {
    ...ofAccount,
    route: 'GET /api/me',
    does: 'Tells who asks',
    needs: 'chat',
    answers: { 200: { is: 'The caller.', schema: meSchema } },
  },
  {
    ...ofAccount,
    route: 'PATCH /api/me',
    does: 'Changes one’s name',
    body: meChangesSchema,
    example: { name: 'Ada' },
    answers: { 200: { is: 'The caller.', schema: meSchema } },
  },
  {
    ...ofAccount,
    route: 'POST /api/me/password',
    does: 'Changes one’s password, and ends the other sessions',
    body: passwordChangeSchema,
    answers: { 204: { is: 'It is changed.' } },
  },
  {
    ...ofAccount,
    route: 'GET /api/me/sessions',
    does: 'Lists where one is signed in',
    answers: { 200: { is: 'The sessions.', schema: openSessionListSchema } },
  },
  {
    ...ofAccount,
    route: 'DELETE /api/me/sessions/:id',
    does: 'Ends a session',
    answers: { 204: { is: 'It has ended.' } },
  },
  {
    ...ofAccount,
    route: 'DELETE /api/me/sessions',
    does: 'Ends all of one’s sessions',
    answers: { 204: { is: 'They have ended.' } },
  },
  {
    ...ofAccount,
    route: 'POST /api/tokens',
    does: 'Makes a token for an app',
    body: newAppTokenSchema,
    example: { name: 'My app', days: 30, scopes: ['chat'] },
    answers: { 201: { is: 'The token, this one time.', schema: createdAppTokenSchema } },
  },
  {
    ...ofAccount,
    route: 'GET /api/tokens',
    does: 'Lists the tokens of one’s apps',
    answers: { 200: { is: 'The tokens, without their secrets.', schema: appTokenListSchema } },
  },
  {
    ...ofAccount,
    route: 'DELETE /api/tokens/:id',
    does: 'Revokes a token',
    answers: { 204: { is: 'It is revoked; its running answers end within two seconds.' } },
  },
  {
    ...ofSession,
    route: 'POST /api/auth/setup',
    does: 'Makes the first administrator, with the one-time code',
    body: setupRequestSchema,
    answers: { 200: signedIn },
  },
  {
    ...ofSession,
    route: 'POST /api/auth/login',
    does: 'Signs in',
    body: loginRequestSchema,
    answers: { 200: signedIn },
  },
  {
    ...byCookie,
    route: 'POST /api/auth/refresh',
    does: 'Gives a new access token',
    answers: { 200: signedIn },
  },
  {
    ...byCookie,
    route: 'POST /api/auth/logout',
    does: 'Ends the session',
    answers: { 204: { is: 'It has ended.' } },
  },
];
