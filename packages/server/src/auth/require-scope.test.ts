import { describe, expect, it } from 'vitest';
import type { Principal } from './principal.ts';
import { requireScope } from './require-scope.ts';

const principal: Principal = {
  userId: 'ada',
  email: 'ada@example.com',
  name: null,
  role: 'admin',
  scopes: ['chat'],
  expiresAt: 1,
};

describe('requireScope', () => {
  it('goes by the scopes of the token, not by the role', () => {
    requireScope(principal, 'chat');
    expect(() => requireScope(principal, 'admin')).toThrow(
      expect.objectContaining({ code: 'scope_missing', message: expect.stringContaining('"admin"') }),
    );
  });
});
