// The object of the page, as CDS has it. `id` is the key; both path segments are entity sets over one store.
type servicePrincipal { id: String; displayName: String; }
type initiator        { initiatorType: String; }
type identity         { identityType: String; }
type statusBase       { status: String; }
@open type detailsInfo {}
type systemDetails    { details: detailsInfo; }
type step             { name: String; description: String; provisioningStepType: String; }
type modified         { oldValue: String; newValue: String; }

aspect summary {
  key id                 : String;
  activityDateTime       : Timestamp;
  tenantId               : String;
  jobId                  : String;
  cycleId                : String;
  changeId               : String;
  action                 : String;
  durationInMilliseconds : Int32;
  servicePrincipal       : servicePrincipal;
  initiatedBy            : initiator;
  sourceSystem           : systemDetails;
  targetSystem           : systemDetails;
  sourceIdentity         : identity;
  targetIdentity         : identity;
  statusInfo             : statusBase;
  provisioningSteps      : many step;
  modifiedProperties     : many modified;
}

@path: '/beta/auditLogs'
@requires: 'writer'
service AuditLogs {
  @cds.persistence.skip entity provisioning : summary {}
  @cds.persistence.skip entity directoryProvisioning : summary {}
}
