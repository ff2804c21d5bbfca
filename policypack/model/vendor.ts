/** An entity whose equipment or services are refused, or looked at (`data/vendors.json`). */
export interface Vendor {
  readonly entity: string;
  readonly since?: string;
  /** For what the entity is covered: "any telecommunications use -> deny". */
  readonly functionScope?: string;
  readonly match: {
    readonly vendorLabels?: readonly string[];
    readonly registrySuffixes?: readonly string[];
    readonly imageNamespaces?: readonly string[];
    readonly deviceVendorRegex?: string;
    readonly asns?: readonly number[];
    readonly providerNames?: readonly string[];
  };
}
