/** What every identity can really do, as one answer: escalations, ways to administrator, crown jewels. Plain data. */

import { iamPrincipals, POLICY } from "../../model/aws/identities";
import type { CoreModel } from "../../model/core";
import type { Statement } from "./document";
import { type Access, accessOf, type Escalation, escalationsOf, mayDo, refusal, type Verdict } from "./escalation";
import { glob } from "./glob";
import { ACCOUNT_ADMINISTRATOR, type Step, stepsOf, WaysTo } from "./graph";
import { documentIdentity, type Guards, identitiesUnder, type Identity } from "./identities";

export interface EscalationReport {
  readonly permissions: readonly string[];
  /** Id of the technique. */
  readonly technique: string;
  readonly title: string;
  readonly verdict: Verdict;
  /** Resources for which the permissions are held, as examples. */
  readonly resources: readonly string[];
}

export interface Reach {
  readonly goal: string;
  readonly verdict: Verdict;
  /** The shortest way there. */
  readonly path: readonly Step[];
}

export interface AccessReport {
  readonly to: string;
  readonly title: string;
  readonly actions: readonly string[];
  readonly verdict: Verdict;
  readonly resource: string;
}

export interface IdentityReport {
  readonly id: string;
  readonly kind: string;
  readonly escalations: readonly EscalationReport[];
  readonly reaches: readonly Reach[];
  readonly access: readonly AccessReport[];
  /** Other identities that it can take, which lead no further. */
  readonly becomes: readonly Step[];
  /** Policies that are not known: what else it may do cannot be told. */
  readonly notKnown: readonly string[];
}

/** Whoever acts: what it can do itself, and the steps it can take to others. */
export interface Actor {
  readonly id: string;
  readonly kind: string;
  readonly escalations: readonly EscalationReport[];
  readonly access: readonly AccessReport[];
  readonly notKnown: readonly string[];
  /** Techniques that are no more than a step to identities in sight, where all of them lead nowhere. */
  readonly lateral: ReadonlySet<string>;
  steps(): readonly Step[];
}

/** Roles, users and groups in sight, and the policies that none of them carries: whoever they are for has those permissions. */
export function awsIdentities(model: CoreModel, guards: Guards): readonly Identity[] {
  const carried = new Set(
    model
      .ask(iamPrincipals)
      .flatMap(({ attached }) => attached.flatMap(({ policy }) => (policy.state === "resolved" ? [policy.resource] : []))),
  );
  const loose = model.ofType(POLICY).filter((policy) => !carried.has(policy));
  return [
    ...identitiesUnder(model, guards),
    ...loose.map((policy) => ({
      ...documentIdentity(`policy/${policy.name}`, policy.props.get("policy"), guards),
      resource: policy,
    })),
  ];
}

export function awsActors(identities: readonly Identity[]): readonly Actor[] {
  return identities.map((identity): Actor => {
    const found = escalationsOf(identity);
    let steps: readonly Step[] | undefined;
    return {
      id: identity.id,
      kind: identity.kind,
      escalations: found.map(escalationReport),
      access: accessOf(identity).map(accessReport),
      notKnown: identity.unread,
      lateral: new Set(found.filter(isNarrow).map(({ technique }) => technique.id)),
      steps: () => (steps ??= stepsOf(identity, found, identities)),
    };
  });
}

function isNarrow({ technique, verdict }: Escalation): boolean {
  return verdict === "undetermined" && (technique.gain === "role" || technique.gain === "user");
}

function escalationReport({ technique, permissions, verdict, examples }: Escalation): EscalationReport {
  return { permissions, technique: technique.id, title: technique.title, verdict, resources: [...new Set(examples)] };
}

function accessReport({ jewel, actions, verdict, example }: Access): AccessReport {
  return { to: jewel.id, title: jewel.title, actions, verdict, resource: example };
}

/** Kinds whose loss is worth telling where it leads no further; ServiceAccounts only where they can do something. */
const LATERAL = new Set(["role", "user", "group", "principal"]);

function isWorthTelling({ kind, escalations }: Actor): boolean {
  return LATERAL.has(kind) || (kind === "serviceaccount" && escalations.length > 0);
}

export function reportOn(actors: readonly Actor[], goals: readonly string[] = [ACCOUNT_ADMINISTRATOR]): readonly IdentityReport[] {
  const worthTelling = new Set(actors.filter(isWorthTelling).map(({ id }) => id));
  const steps = new Map(actors.map((actor) => [actor.id, actor.steps()]));
  const ways = goals.map((goal) => ({ goal, ways: new WaysTo(goal, steps) }));
  const leads = (id: string): boolean => ways.some((item) => item.ways.path(id) !== undefined);
  return actors
    .filter(({ kind }) => kind !== "goal")
    .map((actor) => {
      const reaches = ways.flatMap(({ goal, ways: to }): Reach[] => {
        const path = to.path(actor.id);
        // A function is what it is.
        if (path === undefined || (actor.kind === "pod" && path.length === 1 && path[0]?.technique === "pod")) return [];
        return [{ goal, verdict: path.every(({ verdict }) => verdict === "fail") ? "fail" : "undetermined", path }];
      });
      const lateral = actor.steps().filter(({ to }) => worthTelling.has(to));
      const becomes = lateral.filter((step) => !leads(step.to));
      const leadsNowhere = (technique: string): boolean => {
        const own = lateral.filter((step) => step.technique === technique);
        return own.length > 0 && own.every((step) => becomes.includes(step));
      };
      return {
        id: actor.id,
        kind: actor.kind,
        escalations: actor.escalations.filter(({ technique }) => !actor.lateral.has(technique) || !leadsNowhere(technique)),
        reaches,
        access: actor.access,
        becomes,
        notKnown: actor.notKnown,
      };
    });
} // prettier-ignore

export interface Explanation {
  readonly id: string;
  readonly answer: "allowed" | "may be allowed" | "denied" | "not allowed";
  /** The statements that decide. */
  readonly because: readonly { readonly effect: string; readonly sid: string | null; readonly statement: string; readonly says: unknown }[];
}

/** Which statement lets, or keeps, each identity from an action on a resource (an ARN, wildcards allowed). */
export function explain(identities: readonly Identity[], action: string, resource: string): readonly Explanation[] {
  return identities.map((identity) => {
    const { answer, because } = mayDo(identity, action, glob(resource));
    if (answer !== "no")
      return { id: identity.id, answer: answer === "yes" ? "allowed" : "may be allowed", because: because.map(statementReport) };
    const denial = refusal(identity, action, glob(resource));
    return {
      id: identity.id,
      answer: denial === undefined ? "not allowed" : "denied",
      because: denial === undefined ? [] : [statementReport(denial)],
    };
  });
}

function statementReport({ effect, sid, node, index }: Statement) {
  return { effect, sid: sid ?? null, statement: node.path === "" ? `Statement[${index}]` : node.path, says: node.describe() };
}
