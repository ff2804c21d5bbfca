/**
 * Who can become whom in AWS, step by step, up to administrator of the account. An edge is a documented technique whose permissions are held
 * on a principal that is in sight and can be taken that way.
 */

import { ANY_REQUEST } from "./conditions";
import { decide, type Decision } from "./decide";
import { contextOf, type Escalation, type Holder, holdsTheRest, permissionsOn, refusal, type Verdict } from "./escalation";
import type { Policy } from "./document";
import { glob } from "./glob";
import type { Identity } from "./identities";
import type { Technique } from "./techniques";
import { trusts } from "./trust";

/** One step: from the one before to `to`. */
export interface Step {
  readonly to: string;
  /** For people: how. */
  readonly how: string;
  readonly technique: string;
  readonly permissions: readonly string[];
  readonly verdict: Verdict;
}

export const ACCOUNT_ADMINISTRATOR = "administrator of the account";

/** What makes everything else unnecessary: any action at all. */
const ANY_ACTION = "q7x-canary:AnyAction";
const ANY_RESOURCE = glob("arn:aws:q7x-canary:::q7x");

export function isAdministrator(holder: Holder): Decision["answer"] {
  return decide([{ action: ANY_ACTION, layers: holder.layers, context: ANY_REQUEST }], { inside: [ANY_RESOURCE] }).answer;
}

/** The steps that an identity can take. `escalations`: as `escalationsOf` tells them. */
export function stepsOf(identity: Identity, escalations: readonly Escalation[], others: readonly Identity[]): readonly Step[] {
  const steps: Step[] = [];
  const administrator = isAdministrator(identity);
  if (administrator !== "no") {
    steps.push({
      to: ACCOUNT_ADMINISTRATOR,
      how: "may do anything",
      technique: "administrator",
      permissions: ["*"],
      verdict: administrator === "yes" ? "fail" : "undetermined",
    });
    if (administrator === "yes") return steps;
  }
  const lateral: Escalation[] = [];
  for (const escalation of escalations) {
    if (escalation.technique.gain === "administrator") steps.push(stepOf(escalation, ACCOUNT_ADMINISTRATOR, escalation.verdict));
    else lateral.push(escalation);
  }
  if (steps.some(({ verdict }) => verdict === "fail")) return steps;
  const crowd = crowdOf(others);
  for (const escalation of lateral) {
    for (const other of crowd.takenBy(escalation.technique)) {
      if (other === identity) continue;
      const verdict = becomes(identity, other, escalation);
      if (verdict !== undefined) steps.push(stepOf(escalation, other.id, verdict));
    }
  }
  // A trust policy that names the identity needs no permission of its own.
  for (const role of crowd.trusting) {
    if (role === identity || role.trust === undefined || identity.arn === undefined || identity.kind === "group") continue;
    const trust = trusts(role.trust, { kind: "principal", arn: identity.arn }, "sts:AssumeRole");
    if (!trust.direct || trust.answer === "no") continue;
    // Only a denial of its own keeps it from that.
    if (refusal(identity, "sts:AssumeRole", role.arn) !== undefined) continue;
    steps.push({
      to: role.id,
      how: "its trust policy names this identity",
      technique: "sts-001",
      permissions: ["sts:AssumeRole"],
      verdict: trust.answer === "yes" ? "fail" : "undetermined",
    });
  }
  return steps;
}

/** Identities in sight, by how they can be taken: most roles trust one service and nobody else. */
class Crowd {
  /** Roles whose trust policy names principals. */
  readonly trusting: readonly Identity[];
  private readonly known = new Map<string, readonly Identity[]>();

  constructor(private readonly identities: readonly Identity[]) {
    this.trusting = identities.filter(({ trust }) => trust !== undefined && namesPrincipals(trust));
  }

  /** Those that a technique may give, whoever uses it. */
  takenBy({ gain, service }: Technique): readonly Identity[] {
    if (gain !== "role" && gain !== "user") return [];
    const key = `${gain} ${service ?? ""}`;
    const known = this.known.get(key);
    if (known !== undefined) return known;
    const found = this.identities.filter(
      ({ kind, arn, trust }) =>
        kind === gain && arn !== undefined && (service === undefined || (trust !== undefined && servesFor(trust, service) !== "no")),
    );
    this.known.set(key, found);
    return found;
  }
}

const crowds = new WeakMap<readonly Identity[], Crowd>();

function crowdOf(identities: readonly Identity[]): Crowd {
  const known = crowds.get(identities) ?? new Crowd(identities);
  crowds.set(identities, known);
  return known;
}

function stepOf({ technique, permissions }: Escalation, to: string, verdict: Verdict): Step {
  return { to, how: technique.title, technique: technique.id, permissions, verdict };
}

/** Whether a technique that is held on some principals is held on this one, and this one can be taken so. */
function becomes(identity: Identity, other: Identity, { technique, verdict }: Escalation): Verdict | undefined {
  const takeable = takes(identity, other, technique);
  if (takeable === "no") return undefined;
  const held = permissionsOn(technique).map((permission) =>
    decide([{ action: permission.action, layers: identity.layers, context: contextOf(permission) }], { inside: other.arn === undefined ? [] : [other.arn] }),
  );
  if (held.some(({ answer }) => answer === "no")) return undefined;
  const certain = takeable === "yes" && held.every(({ answer }) => answer === "yes");
  const rest = verdict === "fail" || holdsTheRest(identity, technique);
  return certain && rest ? "fail" : "undetermined";
} // prettier-ignore

/** Most roles are taken by services only. */
function namesPrincipals(trust: Policy): boolean {
  return (
    trust.unknown ||
    trust.statements.some(
      ({ principals }) =>
        principals === undefined || principals.not || principals.unknown || principals.everybody || principals.aws.length > 0,
    )
  );
}

const byService = new WeakMap<Policy, Map<string, Decision["answer"]>>();

function servesFor(trust: Policy, service: string): Decision["answer"] {
  let known = byService.get(trust);
  if (known === undefined) byService.set(trust, (known = new Map()));
  let answer = known.get(service);
  if (answer === undefined) known.set(service, (answer = trusts(trust, { kind: "service", service }, "sts:AssumeRole").answer));
  return answer;
}

function takes(identity: Identity, other: Identity, technique: Technique): Decision["answer"] {
  if (technique.service !== undefined) return other.trust === undefined ? "no" : servesFor(other.trust, technique.service);
  if (technique.id !== "sts-001") return "yes";
  if (identity.arn === undefined || other.trust === undefined || !namesPrincipals(other.trust)) return "no";
  return trusts(other.trust, { kind: "principal", arn: identity.arn }, "sts:AssumeRole").answer;
}

/** The shortest ways to a goal, from everybody at once: certain steps before uncertain ones. */
export class WaysTo {
  private readonly certain: ReadonlyMap<string, number>;
  private readonly possible: ReadonlyMap<string, number>;

  constructor(
    goal: string,
    private readonly steps: ReadonlyMap<string, readonly Step[]>,
  ) {
    this.certain = distances(goal, steps, ({ verdict }) => verdict === "fail");
    this.possible = distances(goal, steps, () => true);
  }

  /** `undefined` where there is none. */
  path(from: string): readonly Step[] | undefined {
    const certain = this.certain.has(from);
    if (!certain && !this.possible.has(from)) return undefined;
    const distance = certain ? this.certain : this.possible;
    const path: Step[] = [];
    for (let at = from; (distance.get(at) ?? 0) > 0;) {
      const left = (distance.get(at) ?? 0) - 1;
      const next = this.steps.get(at)?.find(({ to, verdict }) => distance.get(to) === left && (!certain || verdict === "fail"));
      if (next === undefined) return undefined;
      path.push(next);
      at = next.to;
    }
    return path;
  }
}

/** How many steps each is away from the goal. */
function distances(goal: string, steps: ReadonlyMap<string, readonly Step[]>, counts: (step: Step) => boolean): Map<string, number> {
  const before = new Map<string, string[]>();
  for (const [from, list] of steps) {
    for (const step of list) {
      if (!counts(step)) continue;
      const sources = before.get(step.to);
      if (sources === undefined) before.set(step.to, [from]);
      else sources.push(from);
    }
  }
  const found = new Map([[goal, 0]]);
  const queue = [goal];
  for (let index = 0; index < queue.length; index += 1) {
    const here = queue[index] as string;
    for (const from of before.get(here) ?? []) {
      if (found.has(from)) continue;
      found.set(from, (found.get(here) ?? 0) + 1);
      queue.push(from);
    }
  }
  return found;
}
