const MAX_QUOTED_WORDS = 8;
const MAX_QUOTED_LENGTH = 80;

/** @returns the demo's answer in Markdown. Nothing in it pretends to be a model's: its first line says so. */
export function writeTour(prompt: string): string {
  const quote = quoteStart(prompt);
  const greeting =
    quote === ''
      ? 'Your message arrived, and this answer is on its way back to you over the same path a real one would take.'
      : `Your message, which begins with “${quote}”, arrived, and this answer is on its way back to you over the same path a real one would take.`;
  return `*This is Sluice's built-in demo, not a language model: no provider is configured yet.*

${greeting}

## What you are looking at

Every few milliseconds a token is appended to an **event log**, and your browser follows that log. That is why you can, while this text is still being written:

- press **Stop**, which hangs up on the provider, keeps what was said so far, and tells you how long that took
- scroll up and read in peace: the page stays where you are
- follow the same answer from an app of yours, from any event on, as often as you like

## What happens to a request

| Step | What it does | If it goes wrong |
| --- | --- | --- |
| Admission | checks who asks, and the limits | refused at once, with a reason |
| Provider | streams tokens from the model | an honest error; what came is kept |
| Event log | gives each event a number | nothing is shown that is not in it |
| Your browser | follows the log | a cut answer is marked as cut |

## Reading a stream yourself

The API is one POST and a stream of events. With the address of this page as \`SLUICE_URL\`, and a token from Settings → API tokens as \`TOKEN\`:

\`\`\`sh
curl -N "$SLUICE_URL/api/chat/stream" \\
  -H "Authorization: Bearer $TOKEN" \\
  -H "Content-Type: application/json" \\
  -d '{"message": "Hello"}'
\`\`\`

## Connecting a model

1. Set \`ANTHROPIC_API_KEY\`, \`OPENAI_API_KEY\`, \`GEMINI_API_KEY\`, \`OPENROUTER_API_KEY\` or \`AIAND_API_KEY\` where Sluice runs. A model of Ollama's on the same machine needs none of them.
2. Start it again with \`npm start\`.
3. Choose the model below your message. The demo then makes room for it.
`;
}

/** The first words on one line, with nothing in them that Markdown would take for its own. */
function quoteStart(prompt: string): string {
  const words = prompt.trim().split(/\s+/u);
  // A word may be as long as a page, and may be cut in the middle of a character.
  const start = words.slice(0, MAX_QUOTED_WORDS).join(' ').slice(0, MAX_QUOTED_LENGTH).toWellFormed();
  const escaped = start.replace(/[\\`*_[\]<>&~|$]/gu, String.raw`\$&`);
  return start.length < words.join(' ').length ? `${escaped} …` : escaped;
}
