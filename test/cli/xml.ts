/** Enough of an XML reader for reports: elements with attributes and text, well formed or refused. */

export interface Element {
  readonly name: string;
  readonly attributes: { readonly [name: string]: string };
  readonly children: readonly Element[];
  readonly text: string;
}

interface Open {
  readonly name: string;
  readonly attributes: { readonly [name: string]: string };
  readonly children: Element[];
  text: string;
}

const TOKEN = /<\?[^?]*\?>|<\/([\w.-]+)\s*>|<([\w.-]+)((?:\s+[\w.-]+="[^"<]*")*)\s*(\/?)>|([^<]+)/gy;
const ENTITY = /&(amp|lt|gt|quot|apos|#\d+|#x[0-9a-fA-F]+);/;

/** The root of a document. Throws where it is not well formed. */
export function parseXml(text: string): Element {
  const top: Open = { name: "", attributes: {}, children: [], text: "" };
  const open: Open[] = [top];
  const pattern = new RegExp(TOKEN);
  let end = 0;
  for (let token = pattern.exec(text); token !== null && end < text.length; token = end < text.length ? pattern.exec(text) : null) {
    end = pattern.lastIndex;
    const [, closing, opening, attributes = "", selfClosing, content] = token;
    const holder = open[open.length - 1] ?? top;
    if (content !== undefined) holder.text += checked(content);
    else if (opening !== undefined) {
      const element: Open = { name: opening, attributes: attributesOf(attributes), children: [], text: "" };
      holder.children.push(element);
      if (selfClosing !== "/") open.push(element);
    } else if (closing !== undefined && open.pop()?.name !== closing) throw new Error(`</${closing}> closes nothing`);
  }
  const [root, ...others] = top.children;
  if (end !== text.length) throw new Error(`not well formed at ${end}: ${text.slice(end, end + 40)}`);
  if (open.length !== 1 || root === undefined || others.length > 0 || top.text.trim() !== "")
    throw new Error("one root element was expected");
  return root;
}

/** Every element of that name, at any depth. */
export function elements(within: Element, name: string): Element[] {
  return within.children.flatMap((child) => [...(child.name === name ? [child] : []), ...elements(child, name)]);
}

function attributesOf(text: string): { [name: string]: string } {
  const found: { [name: string]: string } = {};
  for (const [, name = "", value = ""] of text.matchAll(/([\w.-]+)="([^"]*)"/g)) {
    if (name in found) throw new Error(`the attribute ${name} occurs twice`);
    found[name] = checked(value);
  }
  return found;
}

function checked(text: string): string {
  // eslint-disable-next-line no-control-regex -- XML 1.0 forbids exactly these
  if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/.test(text)) throw new Error("a control character");
  if (text.split(ENTITY).some((part, index) => index % 2 === 0 && part.includes("&"))) throw new Error("a bare &");
  return text;
}
