// A client of the packaged document, in the types that openapi-typescript makes of it.
import type { components, paths } from "./made";

type Update = paths["/auditLogs/provisioning/{provisioningObjectSummaryId}"]["patch"];
type Sent = Update["requestBody"]["content"]["application/json"];
type Initiator = NonNullable<components["schemas"]["microsoft.graph.initiator"]>;

export const sent: Sent = { cycleId: "1", durationInMilliseconds: 6, initiatedBy: { initiatorType: "user" } };
// @ts-expect-error: no member of the enumeration
export const wrong: Initiator = { initiatorType: "nobody" };
