/**
 * Answers that are found once for all that is the same. Sites of a carrier are one chart many times over: their pods, containers, images and
 * scripts repeat. Each question here is pure: what it is asked about decides the answer alone, so remembering changes none.
 */

/** A question about a part of the model (a pod, a container, a node): equal parts are one object. Answers go when the part goes. */
export function perPart<Part extends object, Answer>(question: (part: Part) => Answer): (part: Part) => Answer {
  const answers = new WeakMap<Part, { readonly answer: Answer }>();
  return (part) => {
    let known = answers.get(part);
    if (known === undefined) {
      known = { answer: question(part) };
      answers.set(part, known);
    }
    return known.answer;
  };
}

/** Characters of the texts that one question remembers. */
const CHARACTERS = 4_000_000;

/** A question about a text. At most so many answers are remembered, of texts of so many characters. */
export function perText<Answer>(question: (text: string) => Answer, remembered = 5_000): (text: string) => Answer {
  const answers = new Map<string, Answer>();
  let characters = 0;
  return (text) => {
    const known = answers.get(text);
    if (known !== undefined || answers.has(text)) return known as Answer;
    const answer = question(text);
    characters += text.length;
    if (answers.size >= remembered || characters > CHARACTERS) {
      answers.clear();
      characters = text.length;
    }
    answers.set(text, answer);
    return answer;
  };
}
