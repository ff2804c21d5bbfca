/** Which documented techniques an identity holds the permissions for, and what of the core it can get at. */

import { Node } from "../../model/value";
import { ACTION_RESOURCES } from "./action-resources";
import { CROWN_JEWELS, type CrownJewel } from "./access";
import { ANY_REQUEST, type RequestContext } from "./conditions";
import { type Decision, decide, denying, isConceivable, type Layer, type Part, type Resources } from "./decide";
import { OWN_NAME, readPolicy, type Statement } from "./document";
import { type Glob, glob } from "./glob";
import { type Permission, type Technique, TECHNIQUES } from "./techniques";

export type Verdict = "fail" | "undetermined";

export interface Escalation {
  readonly technique: Technique;
  /** Each once, in the technique's order. */
  readonly permissions: readonly string[];
  /** `fail`: held on any resource there may be. `undetermined`: on some, or under conditions that are not known to be met. */
  readonly verdict: Verdict;
  readonly because: readonly Statement[];
  /** A resource of each group of permissions for which they are held. */
  readonly examples: readonly string[];
}

/** Who asks: the layers of policies that apply, and its own name where that is known. */
export interface Holder {
  readonly layers: readonly Layer[];
  /** Own ARN as a pattern; `undefined` for a document whose holder is not in sight. */
  readonly arn: Glob | undefined;
}

/** A name that nobody has: what is allowed on it is allowed on whatever there may be. */
const ANYTHING = "q7x-canary-zz9";

const globs = new Map<string, Glob>();

function pattern(text: string): Glob {
  let found = globs.get(text);
  if (found === undefined) globs.set(text, (found = glob(text, { byPart: true })));
  return found;
}

/** The ARN of a resource that there need not be: the last wildcard is a name. */
function anything(arn: string): Glob {
  const place = arn.lastIndexOf("*");
  return place < 0 || arn === "*" ? some(arn) : pattern(`${arn.slice(0, place)}${ANYTHING}${arn.slice(place + 1)}`);
}

/** `*` alone stands for an action that knows no resources: only a statement about everything is about it. */
function some(arn: string): Glob {
  return arn === "*" ? LITERAL_STAR : pattern(arn);
}

const LITERAL_STAR = glob("*", { plain: true });

export function contextOf(permission: Permission): RequestContext {
  if (permission.passedTo === undefined && permission.with === undefined) return ANY_REQUEST;
  const fixed = new Map(Object.entries(permission.with ?? {}).map(([key, value]) => [key, [value]] as const));
  if (permission.passedTo !== undefined) fixed.set("iam:passedtoservice", [permission.passedTo]);
  return { fixed };
}

function resourcesOf(permission: Permission): readonly string[] {
  return permission.on === undefined ? (ACTION_RESOURCES[permission.action] ?? ["*"]) : [permission.on];
}

/** The permissions of a technique that are about the principal that it gives. */
export function permissionsOn(technique: Technique): readonly Permission[] {
  return technique.permissions.filter((permission) => resourcesOf(permission).some((arn) => arn.endsWith(`:${technique.gain}/*`)));
}

/** Whether the other permissions of a technique are held beyond doubt. */
export function holdsTheRest(holder: Holder, technique: Technique): boolean {
  const about = permissionsOn(technique);
  const rest = groupsOf(technique).filter((group) => !group.some((permission) => about.includes(permission)));
  return rest.every((group) => held(holder, group, technique).answer === "yes");
}

/** All techniques that a holder has the permissions for. */
export function escalationsOf(holder: Holder): readonly Escalation[] {
  const conceivable = new Map<string, boolean>();
  const isHeld = ({ action }: Permission): boolean => {
    let found = conceivable.get(action);
    if (found === undefined) conceivable.set(action, (found = isConceivable(holder.layers, action)));
    return found;
  };
  return TECHNIQUES.flatMap((technique) => (technique.permissions.every(isHeld) ? (escalation(holder, technique) ?? []) : []));
}

function escalation(holder: Holder, technique: Technique): Escalation | undefined {
  const decisions: Decision[] = [];
  for (const group of groupsOf(technique)) {
    const decision = held(holder, group, technique);
    if (decision.answer === "no") return undefined;
    decisions.push(decision);
  }
  return {
    technique,
    permissions: [...new Set(technique.permissions.map(({ action }) => action))],
    verdict: decisions.every(({ answer }) => answer === "yes") ? "fail" : "undetermined",
    because: [...new Set(decisions.flatMap(({ because }) => because))],
    examples: decisions.flatMap(({ example }) => (example === undefined ? [] : [readable(example)])),
  };
}

/** Permissions that must be held on one resource together; the others each for themselves. */
function groupsOf({ permissions, same = [] }: Technique): readonly (readonly Permission[])[] {
  const together = permissions.filter((_, index) => same.includes(index));
  const apart = permissions.filter((_, index) => !same.includes(index)).map((permission) => [permission]);
  return together.length === 0 ? apart : [together, ...apart];
}

const OWN = glob(`*${OWN_NAME}*`);

/** `yes` for whatever resource there may be (or, where it changes itself, for itself); `maybe` for some. */
function held(holder: Holder, permissions: readonly Permission[], technique: Technique): Decision {
  const parts = permissions.map((permission): Part => ({ action: permission.action, layers: holder.layers, context: contextOf(permission) }));
  const arns = resourcesOf(permissions[0] as Permission);
  const others: Resources["outside"] = technique.gain === "user" ? [OWN, ...(holder.arn === undefined ? [] : [holder.arn])] : [];
  let best: Decision | undefined;
  const ask = (inside: readonly Glob[], certain: boolean): boolean => {
    const decision = decide(parts, { inside, outside: others });
    const answer = decision.answer === "yes" && !certain ? "maybe" : decision.answer;
    if (best === undefined || RANK[answer] > RANK[best.answer]) best = { ...decision, answer };
    return answer === "yes";
  };
  for (const arn of arns) if (ask([anything(arn)], true)) return best as unknown as Decision;
  if (technique.gain === "administrator") {
    const self = [OWN, ...(holder.arn === undefined ? [] : [holder.arn])];
    for (const arn of arns) for (const own of self) if (ask([some(arn), own], true)) return best as unknown as Decision;
  }
  // Of a cluster there is one, and it is the one that counts.
  for (const arn of arns) if (ask([some(arn)], technique.gain === "cluster")) break;
  return best ?? { answer: "no", because: [], example: undefined };
} // prettier-ignore

const RANK = { no: 0, maybe: 1, yes: 2 } as const;

function readable(example: string): string {
  return example.split(ANYTHING).join("*").split(OWN_NAME).join("${aws:username}");
}

export interface Access {
  readonly jewel: CrownJewel;
  readonly actions: readonly string[];
  readonly verdict: Verdict;
  /** A resource that it is so for; a pattern where it is so for any. */
  readonly example: string;
}

/** The crown jewels that a holder can get at. `fail`: of this kind, any; `undetermined`: some, or under conditions. */
export function accessOf(holder: Holder): readonly Access[] {
  return CROWN_JEWELS.flatMap((jewel) => {
    const found = jewel.actions.flatMap((action) => {
      if (!isConceivable(holder.layers, action)) return [];
      const decision = mayDo(holder, action, undefined);
      return decision.answer === "no" ? [] : [{ action, decision }];
    });
    if (found.length === 0) return [];
    const certain = found.some(({ decision }) => decision.answer === "yes");
    return [
      {
        jewel,
        actions: found.map(({ action }) => action),
        verdict: certain ? ("fail" as const) : ("undetermined" as const),
        example: readable(found[0]?.decision.example ?? "*"),
      },
    ];
  });
}

/** Whether a holder may do an action on a resource given as a pattern, or else on any that there may be (yes) or some (maybe). */
export function mayDo(holder: Holder, action: string, resource: Glob | undefined, context: RequestContext = ANY_REQUEST): Decision {
  const parts = [{ action, layers: holder.layers, context }];
  if (resource !== undefined) return decide(parts, { inside: [resource] });
  let best: Decision = { answer: "no", because: [], example: undefined };
  for (const arn of ACTION_RESOURCES[action] ?? ["*"]) {
    const any = decide(parts, { inside: [anything(arn)] });
    if (any.answer === "yes") return any;
    const one = decide(parts, { inside: [some(arn)] });
    if (one.answer !== "no" && best.answer === "no") best = { ...one, answer: "maybe" };
  }
  return best;
}

/** The statement by which a holder is kept from an action on a resource, whatever else allows it. */
export function refusal(holder: Holder, action: string, resource: Glob | undefined): Statement | undefined {
  if (!holder.layers.some((layer) => layer.some(({ statements }) => statements.some(isDenial)))) return undefined;
  const denials = holder.layers.map((layer) => layer.map((policy) => ({ ...policy, statements: policy.statements.filter(isDenial) })));
  const layers = denials.map((layer) => [...layer, EVERYTHING]);
  return denying([{ action, layers, context: ANY_REQUEST }], { inside: resource === undefined ? [] : [resource] });
}

const EVERYTHING = readPolicy(Node.root({ Statement: { Effect: "Allow", Action: "*", Resource: "*" } }));
const isDenial = ({ effect }: Statement): boolean => effect === "Deny";
