export type SnippetLanguage = 'curl' | 'javascript' | 'python';

export interface Snippet {
  language: SnippetLanguage;
  /** What it is called, in every language of the page. */
  name: string;
  code: string;
}

/** What stands where a token belongs while there is none to show. */
export const TOKEN_PLACEHOLDER = 'SLUICE_TOKEN';

interface SnippetOptions {
  /** Where this server is, as the browser knows it: without a slash at its end. */
  baseUrl: string;
  /** Null: the program reads the variable `SLUICE_TOKEN` of its environment. */
  token: string | null;
}

/** @returns small programs that ask a question and write the answer as it comes, each to be run as it is */
export function writeSnippets(options: SnippetOptions): readonly Snippet[] {
  return [
    { language: 'curl', name: 'curl', code: writeCurl(options) },
    { language: 'javascript', name: 'JavaScript', code: writeJavascript(options) },
    { language: 'python', name: 'Python', code: writePython(options) },
  ];
}

function writeCurl({ baseUrl, token }: SnippetOptions): string {
  return `curl --no-buffer --fail-with-body ${baseUrl}/api/chat/stream \\
  -H "Authorization: Bearer ${token ?? `$${TOKEN_PLACEHOLDER}`}" \\
  -H 'Content-Type: application/json' \\
  -d '{"message": "Hello!"}'
`;
}

function writeJavascript({ baseUrl, token }: SnippetOptions): string {
  const value = token === null ? `process.env.${TOKEN_PLACEHOLDER}` : `'${token}'`;
  return `// node ask.mjs
const token = ${value};
const response = await fetch('${baseUrl}/api/chat/stream', {
  method: 'POST',
  headers: { authorization: \`Bearer \${token}\`, 'content-type': 'application/json' },
  body: JSON.stringify({ message: 'Hello!' }),
});
if (!response.ok) throw new Error(await response.text());

let rest = '';
for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
  const lines = (rest + chunk).split('\\n');
  rest = lines.pop();
  for (const line of lines.filter((line) => line.startsWith('data: '))) {
    const event = JSON.parse(line.slice(6));
    if (event.error) throw new Error(event.error);
    if (event.text) process.stdout.write(event.text);
  }
}
`;
}

function writePython({ baseUrl, token }: SnippetOptions): string {
  const [head, value] =
    token === null ? ['import os\n', `os.environ["${TOKEN_PLACEHOLDER}"]`] : ['', `"${token}"`];
  return `# python3 ask.py
import json
${head}import urllib.request

token = ${value}
request = urllib.request.Request(
    "${baseUrl}/api/chat/stream",
    data=json.dumps({"message": "Hello!"}).encode(),
    headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
)
with urllib.request.urlopen(request) as response:
    for line in response:
        if line.startswith(b"data: "):
            event = json.loads(line[6:])
            if "error" in event:
                raise SystemExit(event["error"])
            print(event.get("text", ""), end="", flush=True)
`;
}
