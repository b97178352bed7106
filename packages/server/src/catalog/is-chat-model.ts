/** Words in the names of models that make no answer to a message, or none in text. */
const OTHER_KINDS =
  /(^|[^a-z])(embed|embedding|embeddings|tts|whisper|dall-e|moderation|realtime|transcribe|audio|image|images|sora|veo|imagen|lyria|rerank|reranker|speech|live|ocr)([^a-z]|$)/;

/** OpenAI's that take no messages, or only by an API that is not spoken here. */
const OTHER_OPENAI = /^(babbage|davinci|text-|code-|computer-use|gpt-3\.5-turbo-instruct)/;

/** @returns whether a model of this name, nothing else being known of it, is one to chat with */
export function isChatModel(name: string, preset: string): boolean {
  const lower = name.toLowerCase();
  return !OTHER_KINDS.test(lower) && !(preset === 'openai' && OTHER_OPENAI.test(lower));
}

const DATED = /-(\d{4}-\d{2}-\d{2}|\d{8}|\d{4})$/;

/** Which of the names are dated snapshots of another one: no need to list them beside it. */
export function findSnapshots(names: readonly string[]): ReadonlySet<string> {
  const all = new Set(names);
  return new Set(names.filter((name) => DATED.test(name) && all.has(name.replace(DATED, ''))));
}

/** Not four digits alone, with which some vendors name another generation at another price. */
const FULL_DATE = /-(\d{4}-\d{2}-\d{2}|\d{8})$/;

/** @returns the name that the same model is known by, where this one is dated, or is Google's own path of it; else undefined */
export function findUsualName(name: string, preset: string): string | undefined {
  const bare = preset === 'gemini' ? name.replace(/^models\//, '') : name;
  const usual = bare.replace(FULL_DATE, '');
  return usual === name ? undefined : usual;
}
