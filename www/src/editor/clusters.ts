/**
 * Where one character as people see it ends, for the editor: in place of the module that it brings along, whose table
 * of extending characters every browser has, too.
 */
const EXTENDS = /[\p{Mark}\p{Grapheme_Extend}\p{Emoji_Modifier}\u0e33\u0eb3]/u;
const FLAG = /\p{Regional_Indicator}/u;
const JOINER = "\u200d";

const characterAt = (text: string, at: number) => String.fromCodePoint(text.codePointAt(at) as number);

export function findClusterBreak(text: string, at: number, forward = true, extending = true): number {
  if (forward) return next(text, at, extending);
  for (let end = at; end > 1; end--) {
    const found = next(text, end - 2, extending);
    if (found < end) return found;
  }
  return 0;
}

function next(text: string, at: number, extending: boolean): number {
  if (at === text.length) return at;
  // In the midst of a pair of surrogates it is the whole that counts.
  const start = at > 0 && characterAt(text, at - 1).length > 1 ? at - 1 : at;
  let before = characterAt(text, start);
  let end = start + before.length;
  while (end < text.length) {
    const character = characterAt(text, end);
    if (before === JOINER || character === JOINER || (extending && EXTENDS.test(character))) {
      end += character.length;
      before = character;
    } else if (FLAG.test(character)) {
      // Flags are pairs.
      let flags = 0;
      for (let from = end - 2; from >= 0 && FLAG.test(characterAt(text, from)); from -= 2) flags += 1;
      if (flags % 2 === 0) break;
      end += 2;
    } else break;
  }
  return end;
}
