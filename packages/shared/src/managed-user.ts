import * as z from 'zod/mini';
import { emailSchema, nameSchema, passwordSchema, userSchema } from './session.ts';

const roleSchema = z.enum(['admin', 'user']);

/** A user as administrators see them. */
export const managedUserSchema = z.extend(userSchema, {
  /** A disabled user's tokens and sessions are refused. */
  disabled: z.boolean(),
  /** Whether they can sign in with a password. */
  hasPassword: z.boolean(),
  /** Of a user of an external identity provider, whose `email` is empty. */
  identity: z.nullable(z.object({ issuer: z.string(), subject: z.string() })),
  /** RFC 3339. */
  createdAt: z.string(),
});

export type ManagedUser = z.infer<typeof managedUserSchema>;

/** Answer of `GET /api/admin/users`, the oldest first. */
export const managedUserListSchema = z.object({
  users: z.array(managedUserSchema),
  /** For `cursor` of the next page; null on the last. */
  nextCursor: z.nullable(z.string()),
});

export type ManagedUserList = z.infer<typeof managedUserListSchema>;

/** Body of `POST /api/admin/users`. Without a password the user cannot sign in until one is set. */
export const newManagedUserSchema = z.strictObject({
  email: emailSchema,
  role: z.optional(roleSchema),
  name: z.optional(nameSchema),
  password: z.optional(passwordSchema),
});

export type NewManagedUser = z.infer<typeof newManagedUserSchema>;

/** Body of `PATCH /api/admin/users/:id`: the fields that change. */
export const managedUserChangesSchema = z.strictObject({
  name: z.optional(z.nullable(nameSchema)),
  role: z.optional(roleSchema),
  disabled: z.optional(z.boolean()),
  password: z.optional(passwordSchema),
});

export type ManagedUserChanges = z.infer<typeof managedUserChangesSchema>;
