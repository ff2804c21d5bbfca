/** What every identity can really do, as one answer: escalations, ways to administrator, crown jewels. Plain data. */

import { iamPrincipals, POLICY } from "../../model/aws/identities";
import type { CoreModel } from "../../model/core";
import type { Statement } from "./document";
import { type Access, accessOf, type Escalation, escalationsOf, mayDo, refusal, type Verdict } from "./escalation";
import { glob } from "./glob";
import { ACCOUNT_ADMINISTRATOR, shortestPath, type Step, stepsOf } from "./graph";
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

export function reportOn(actors: readonly Actor[], goals: readonly string[] = [ACCOUNT_ADMINISTRATOR]): readonly IdentityReport[] {
  const byId = new Map(actors.map((actor) => [actor.id, actor]));
  const stepsFrom = (id: string): readonly Step[] => byId.get(id)?.steps() ?? [];
  return actors
    .filter(({ kind }) => kind !== "goal")
    .map((actor) => {
      const reaches = goals.flatMap((goal): Reach[] => {
        const path = shortestPath(actor.id, goal, stepsFrom);
        return path === undefined ? [] : [{ goal, verdict: path.every(({ verdict }) => verdict === "fail") ? "fail" : "undetermined", path }];
      });
      const lateral = actor.steps().filter(({ to }) => byId.get(to)?.kind !== "goal" && !goals.includes(to));
      const becomes = lateral.filter((step) => goals.every((goal) => shortestPath(step.to, goal, stepsFrom) === undefined));
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
