import type { Token, Tokens } from 'marked';
import { safeImage } from './safe-url.ts';

interface LiftedImages {
  images: readonly Tokens.Image[];
  /** What is left of the link: in place of each image, its words. */
  tokens: Token[];
  /** All words of that. */
  text: string;
}

/** Takes the images out of a link: their cards have buttons and links of their own, and none may stand in another. */
export function liftImages(tokens: readonly Token[]): LiftedImages {
  const images: Tokens.Image[] = [];
  let text = '';
  const lift = (token: Token): Token => {
    if (token.type === 'image') {
      if (safeImage(token['href']) !== null) images.push(token as Tokens.Image);
      text += token['text'];
      return { type: 'text', raw: token.raw, text: token['text'] };
    }
    if ('tokens' in token && token.tokens !== undefined) return { ...token, tokens: token.tokens.map(lift) };
    text += 'text' in token ? token.text : token.raw;
    return token;
  };
  return { tokens: tokens.map(lift), images, text };
}
