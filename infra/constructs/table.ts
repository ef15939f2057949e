import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import type { Construct } from 'constructs';
import { tableKeys } from '#adapters/store/table-keys.ts';

/**
 * The one table: on demand, encrypted by DynamoDB's own key (which costs nothing), with point-in-time recovery. `keepData`: it
 * survives the stack and cannot be deleted by mistake.
 */
export class WardenTable extends Table {
  constructor(scope: Construct, id: string, { keepData }: { readonly keepData: boolean }) {
    super(scope, id, {
      partitionKey: { name: tableKeys.partition, type: AttributeType.STRING },
      sortKey: { name: tableKeys.sort, type: AttributeType.STRING },
      timeToLiveAttribute: tableKeys.timeToLive,
      billingMode: BillingMode.PAY_PER_REQUEST,
      encryption: TableEncryption.DEFAULT,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: keepData,
      removalPolicy: keepData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
  }
}
