import { type Connection, sendRequest } from '@sluice/shared';

interface JsonRequest<Value> {
  /** What the answer must look like. */
  schema: { parse: (value: unknown) => Value };
  method?: string;
  /** Sent as JSON. */
  body?: object;
  signal?: AbortSignal | undefined;
}

/** @throws {SluiceError} what the server refused it with */
export async function requestJson<Value>(
  connection: Connection,
  path: string,
  { schema, method, body, signal }: JsonRequest<Value>,
): Promise<Value> {
  const response = await sendRequest(connection, path, {
    ...(method !== undefined && { method }),
    ...(body !== undefined && {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }),
    ...(signal && { signal }),
  });
  return schema.parse(await response.json());
}
