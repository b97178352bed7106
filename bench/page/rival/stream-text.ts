import { createParser } from 'eventsource-parser';

/** Reads an event stream of JSON strings, and hands each on as it comes. */
export async function streamText(url: string, onText: (text: string) => void): Promise<void> {
  const parser = createParser({ onEvent: ({ data }) => onText(JSON.parse(data) as string) });
  const response = await fetch(url);
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? [])
    parser.feed(decoder.decode(chunk as Uint8Array, { stream: true }));
}
