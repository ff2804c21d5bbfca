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

/** Longer texts are not remembered: the memory is bounded in bytes, too. */
const LONGEST = 50_000;

/** A question about a text. At most so many answers are remembered. */
export function perText<Answer>(question: (text: string) => Answer, remembered = 5_000): (text: string) => Answer {
  const answers = new Map<string, Answer>();
  return (text) => {
    const known = answers.get(text);
    if (known !== undefined || answers.has(text)) return known as Answer;
    const answer = question(text);
    if (text.length > LONGEST) return answer;
    if (answers.size >= remembered) answers.clear();
    answers.set(text, answer);
    return answer;
  };
}
