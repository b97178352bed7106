import type { Conversation, MessageList, StoredMessage } from '@sluice/shared';
import { account } from './browser.ts';
import type { ComposeStack } from './compose-stack.ts';

/** Somebody with a password, a session and a conversation, who is there before the containers are replaced. */
export interface Resident {
  email: string;
  /** Of the session, for ten minutes. */
  accessToken: string;
  conversationId: string;
  /** Those of the conversation. */
  messages(): Promise<StoredMessage[]>;
  /** Goes on with the session, as the page does when it is loaded. @returns the status */
  refresh(): Promise<number>;
}

/** Makes the account with the command, and the rest by the API. */
export async function moveIn({ compose, url }: ComposeStack): Promise<Resident> {
  const email = 'resident@example.com';
  const create = `echo '${account.password}' | sluice user create --email ${email} --role user --password-stdin`;
  await compose('exec', '-T', 'server', 'sh', '-c', create);
  const post = async <Answer>(path: string, body: object, headers: Record<string, string> = {}) => {
    const response = await fetch(url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: url, ...headers },
      body: JSON.stringify(body),
    });
    const answer = (await response.json()) as Answer;
    if (!response.ok) throw new Error(`${path}: ${JSON.stringify(answer)}`);
    return { answer, cookie: response.headers.get('set-cookie')?.split(';')[0] ?? '' };
  };
  const login = await post<{ accessToken: string }>('/api/auth/login', { email, password: account.password });
  let { cookie } = login;
  const { accessToken } = login.answer;
  const authorization = `Bearer ${accessToken}`;
  const conversation = await post<Conversation>('/api/conversations', { title: 'Kept' }, { authorization });
  const conversationId = conversation.answer.id;
  return {
    email,
    accessToken,
    conversationId,
    async messages() {
      const response = await fetch(`${url}/api/conversations/${conversationId}/messages`, {
        headers: { authorization },
      });
      return ((await response.json()) as MessageList).messages;
    },
    async refresh() {
      const response = await fetch(`${url}/api/auth/refresh`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', origin: url, cookie },
        body: '{}',
      });
      cookie = response.headers.get('set-cookie')?.split(';')[0] ?? '';
      return response.status;
    },
  };
}
