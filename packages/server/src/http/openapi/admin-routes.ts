import {
  limitChangeSchema,
  limitListSchema,
  managedUserChangesSchema,
  managedUserListSchema,
  managedUserSchema,
  newManagedUserSchema,
} from '@sluice/shared';
import { usersQuery } from '../routes/admin-users-router.ts';
import type { DescribedRoute } from './described-route.ts';

const forAdmins = { tag: 'Administration', needs: 'admin session' } as const;
const plain = { tag: 'Server', needs: 'nothing' } as const;

export const adminRoutes: readonly DescribedRoute[] = [
  {
    ...forAdmins,
    route: 'GET /api/admin/users',
    does: 'Lists users',
    query: usersQuery,
    answers: { 200: { is: 'A page of them.', schema: managedUserListSchema } },
  },
  {
    ...forAdmins,
    route: 'POST /api/admin/users',
    does: 'Makes a user',
    body: newManagedUserSchema,
    example: { email: 'ada@example.com', role: 'user' },
    answers: { 201: { is: 'The user.', schema: managedUserSchema } },
  },
  {
    ...forAdmins,
    route: 'GET /api/admin/users/:id',
    does: 'Tells of a user',
    answers: { 200: { is: 'The user.', schema: managedUserSchema } },
  },
  {
    ...forAdmins,
    route: 'PATCH /api/admin/users/:id',
    does: 'Changes a user, or disables one',
    body: managedUserChangesSchema,
    example: { disabled: true },
    answers: { 200: { is: 'The user.', schema: managedUserSchema } },
  },
  {
    ...forAdmins,
    route: 'GET /api/admin/limits',
    does: 'Lists the limits',
    answers: { 200: { is: 'All limits.', schema: limitListSchema } },
  },
  {
    ...forAdmins,
    route: 'PUT /api/admin/limits',
    does: 'Sets a limit, or takes it away',
    body: limitChangeSchema,
    example: { subject: 'default', period: 'day', unit: 'requests', amount: 200 },
    answers: { 200: { is: 'All limits.', schema: limitListSchema } },
  },
  {
    ...plain,
    route: 'GET /healthz',
    does: 'Says that the process lives',
    answers: { 200: { is: '`ok`', mediaType: 'text/plain' } },
  },
  {
    ...plain,
    route: 'GET /readyz',
    does: 'Says whether it can take work',
    answers: { 200: { is: '`ready`, or `degraded` while Redis is away.', mediaType: 'text/plain' } },
  },
  {
    ...plain,
    route: 'POST /api/doctor/stream',
    does: 'Sends the timed test stream of `sluice doctor`',
    needs: 'probe token',
    answers: {
      200: {
        is: 'How the request arrived, ten frames, a silence and an end.',
        mediaType: 'text/event-stream',
      },
    },
  },
  {
    ...plain,
    route: 'POST /api/doctor/body',
    does: 'Counts the bytes of a body, for `sluice doctor`',
    needs: 'probe token',
    answers: { 200: { is: 'How many there were.', mediaType: 'application/json' } },
  },
  {
    ...plain,
    route: 'GET /openapi.json',
    does: 'Gives this document',
    answers: { 200: { is: 'OpenAPI 3.1.', mediaType: 'application/json' } },
  },
];
