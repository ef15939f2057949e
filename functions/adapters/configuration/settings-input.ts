// Made from settings.ts by `npm run settings:write`; do not edit.

/** Settings as the user writes them, defaults left out. */
// biome-ignore format: one setting, one line
export type SettingsInput = {
  /** Names of the copies of GPU Warden that can be deployed side by side, such as `prod` and `test`; the stack of `prod` is `gpu-warden-prod`. (list of text; default ["prod"]) */
  stages?: string[] | undefined;
  /** The GPU cloud: where it answers, what of it is yours, how hard it may be asked. (object; required) */
  provider: {
    /** Base address of the runtimes and templates service. (http or https address; default "https://api.ai.neevcloud.com/gpu") */
    runtimesUrl?: string | undefined;
    /** Base address of the inventory service; may be the same as `runtimesUrl`. (http or https address; default "https://api.ai.neevcloud.com/inventory") */
    inventoryUrl?: string | undefined;
    /** Base address of the tenant service, which turns e-mail and password into a token. Not called with an access token. (http or https address; default "https://api.ai.neevcloud.com/tenant") */
    tenantUrl?: string | undefined;
    /** Address of the provider's console, for the links in mails. (http or https address; default "https://ai.neevcloud.com") */
    consoleUrl?: string | undefined;
    /** Id of your organisation at the provider, `org-…`. (text; required) */
    organisation: string;
    /** Ids of the projects that are looked after, `prj-…`; at least one. (list of text; required) */
    projects: string[];
    /** Most calls to the provider under way at one moment. (whole number, 1 to 100; default 10) */
    callsAtOnce?: number | undefined;
    /** Most calls to the provider begun in one second. (whole number, 1 to 1000; default 20) */
    callsPerSecond?: number | undefined;
    /** Seconds after which a call is given up. (whole number, 1 to 60; default 10) */
    callTimeoutSeconds?: number | undefined;
    /** How the provider's answers are read where their shape is not published. The defaults read the likely shapes. (object) */
    mappings?: {
      /** GET …/inventory/gpuconfig (object) */
      gpuConfig?: {
        /** From the answer to the object that all the others are read from. (text; default "data || @") */
        item?: string | undefined;
        /** Id of the config. (text; default "config_id || configId || id") */
        configId?: string | undefined;
        /** Name of the GPU. (text; default "gpu_model || gpuModel || model") */
        gpuModel?: string | undefined;
        /** Maker of the GPU. (text; default "gpu_vendor || gpuVendor || vendor") */
        gpuVendor?: string | undefined;
        /** One GPU's memory in GiB. (text; default "vram_gib || vramGib") */
        vramGib?: string | undefined;
        /** CPU cores. (text; default "default_cpu_cores || defaultCpuCores || cpu_cores") */
        cpuCores?: string | undefined;
        /** Memory in GiB. (text; default "default_memory_gib || defaultMemoryGib || memory_gib") */
        memoryGib?: string | undefined;
        /** USD for one GPU for one hour. (text; default "price_per_gpu_per_hour || pricePerGpuPerHour") */
        pricePerGpuHour?: string | undefined;
      } | undefined;
      /** GET and POST …/notify-availability (object) */
      notificationRequest?: {
        /** From the answer that lists the requests to the list. (text; default "[@, data, requests, items][?type(@) == 'array'] | [0]") */
        items?: string | undefined;
        /** From the answer to the object that all the others are read from. (text; default "data || request || @") */
        item?: string | undefined;
        /** Id of the request. (text; default "id || request_id || requestId || uuid") */
        id?: string | undefined;
        /** Region waited for. (text; default "region_id || regionId || region") */
        region?: string | undefined;
        /** Config waited for. (text; default "config_id || configId || gpu_config_id || gpuConfigId") */
        configId?: string | undefined;
        /** Where the request stands; carried as it is. (text; default "status || state") */
        status?: string | undefined;
        /** When it was made (ISO 8601, or seconds or milliseconds since 1970). (text; default "created_at || createdAt") */
        createdAt?: string | undefined;
        /** When the provider told the account. (text; default "notified_at || notifiedAt") */
        notifiedAt?: string | undefined;
      } | undefined;
      /** GET and POST …/airuntimes, GET …/airuntimes/{id} (object) */
      runtime?: {
        /** From the answer to the object that all the others are read from. (text; default "data || airuntime || runtime || @") */
        item?: string | undefined;
        /** Id of the runtime. (text; default "id || airuntimeID || airuntimeId || uuid") */
        id?: string | undefined;
        /** Its name. (text; default "name || displayName") */
        name?: string | undefined;
        /** Its region. (text; default "region || regionID || regionId") */
        region?: string | undefined;
        /** Its status; carried as it is. (text; default "status.phase || status.state || status || state") */
        status?: string | undefined;
        /** Id of its GPU config. (text; default in docs/settings.md) */
        gpuConfigId?: string | undefined;
        /** Number of its GPUs. (text; default "gpuCount || gpuConfig.gpuCount || gpuConfig.count") */
        gpuCount?: string | undefined;
        /** Template that it was made from. (text; default "templateID || templateId") */
        templateId?: string | undefined;
        /** What it runs; kept as it is, to create it again. (text; default "templateSpec || spec") */
        templateSpec?: string | undefined;
        /** Plan that it bills by. (text; default "planId || planID || plan.id") */
        planId?: string | undefined;
        /** Its storage; kept as it is, to create it again. (text; default "storage") */
        storage?: string | undefined;
        /** List of its SSH keys; an empty one says that there are none. (text; default "[sshKeys, sshKeyIds][?type(@) == 'array'] | [0]") */
        sshKeys?: string | undefined;
        /** When it was created. (text; default "createdAt || created_at") */
        createdAt?: string | undefined;
        /** When it last changed. (text; default "updatedAt || updated_at") */
        updatedAt?: string | undefined;
        /** The provider's word on its status. (text; default "message || status.message || statusMessage") */
        message?: string | undefined;
      } | undefined;
      /** GET …/airuntimes/{id}/metrics (object) */
      metrics?: {
        /** From the answer to its list of samples; an object is a list of one. (text; default in docs/settings.md) */
        samples?: string | undefined;
        /** From a sample to the time it was taken; else from the answer. (text; default "timestamp || time || sampledAt || sampled_at || collectedAt || collected_at || at || ts") */
        sampledAt?: string | undefined;
        /** From a sample to the use of its GPUs. Gives a number, `{value, unit?, at?, gpu?}`, or a list of these. (text; default in docs/settings.md) */
        gpu?: string | undefined;
        /** From a sample to the use of the CPU. Gives a number, `{value, unit?, at?, gpu?}`, or a list of these. (text; default in docs/settings.md) */
        cpu?: string | undefined;
        /** From a sample to the use of memory. Gives a number, `{value, unit?, at?, gpu?}`, or a list of these. (text; default in docs/settings.md) */
        memory?: string | undefined;
        /** Unit of GPU use where the answer names none. Look at real answers before you set it. ("percent" or "fraction" or "cores" or "bytes" or "gib") */
        gpuUnit?: 'percent' | 'fraction' | 'cores' | 'bytes' | 'gib' | undefined;
        /** Unit of CPU use where the answer names none. Look at real answers before you set it. ("percent" or "fraction" or "cores" or "bytes" or "gib") */
        cpuUnit?: 'percent' | 'fraction' | 'cores' | 'bytes' | 'gib' | undefined;
        /** Unit of memory use where the answer names none. Look at real answers before you set it. ("percent" or "fraction" or "cores" or "bytes" or "gib") */
        memoryUnit?: 'percent' | 'fraction' | 'cores' | 'bytes' | 'gib' | undefined;
      } | undefined;
    } | undefined;
  };
  /** Who writes and who is responsible. (object; required) */
  mail: {
    /** Mail address that notices come from; the mail service must have verified it. (mail address; required) */
    sender: string;
    /** What verifies the sender in Amazon SES: an identity that is there already (the address or a domain of it), or one that the deployment makes: of the address, which is then mailed a link to confirm, or of its domain, whose DNS then needs records. ("existing" or "create-address" or "create-domain"; default "existing") */
    identity?: 'existing' | 'create-address' | 'create-domain' | undefined;
    /** Mail address of whoever runs GPU Warden: troubles and daily summaries go there. (mail address; required) */
    operator: string;
    /** IANA time zone in which mails write their times, such as `Asia/Kolkata`. (text; default "UTC") */
    timeZone?: string | undefined;
  };
  /** Job 1, availability alerts: how often to look and whom to tell. (object) */
  availability?: {
    /** Seconds from one look at the inventory to the next. (15 or 20 or 30 or 60; default 60) */
    pollSeconds?: 15 | 20 | 30 | 60 | undefined;
    /** Most availability mails to one recipient in an hour; the last says when the rest follows, in one mail. (whole number, 1 to 100; default 10) */
    mailsPerHour?: number | undefined;
    /** Minutes from one look at the account's own notification requests at the provider to the next. (whole number, 1 to 15; default 5) */
    readRequestsMinutes?: number | undefined;
    /** Mail address that is told of the account's own requests at the provider, which carry none. Missing: `mail.operator`. (mail address) */
    upstreamTo?: string | undefined;
    /** Whether a watch that the HTTP API makes for one config in one region is also registered at the provider, which then mails the account too. (true or false; default false) */
    registerUpstream?: boolean | undefined;
    /** Who wants to know of what. A watch lives as long as it is listed here; a changed one is a new one. (list of object; default []) */
    watches?: {
      /** Mail address that is told. (mail address; required) */
      to: string;
      /** Region id, such as `as-south-1`. Missing: any region. (text) */
      region?: string | undefined;
      /** Config id from the inventory, such as `gpu-h100-80g-20cpu-125g`. With `region` it names one offer exactly; alone it means this config in any region. (text) */
      configId?: string | undefined;
      /** GPU model: whole words of its name in the inventory, such as `H100`, `RTX 5090` or `NVIDIA H100`; case and blanks do not matter. Missing: any model. (text) */
      model?: string | undefined;
      /** GPU vendor, such as `NVIDIA`; case does not matter. Missing: any vendor. (text) */
      vendor?: string | undefined;
      /** Least memory of one GPU, in GiB. (whole number, 1 to 10000) */
      vramMinGib?: number | undefined;
      /** Most memory of one GPU, in GiB. (whole number, 1 to 10000) */
      vramMaxGib?: number | undefined;
      /** GPUs wanted in one piece, on one machine. (whole number, 1 to 1024; default 1) */
      gpus?: number | undefined;
      /** Highest price, in USD for one GPU for one hour. Missing: any price. (number, above 0) */
      maxPricePerGpuHour?: number | undefined;
      /** `once`: one mail, then the watch is done. `every`: a mail for each time that the offer comes back, at most one in 6 hours. ("once" or "every"; default "once") */
      notify?: 'once' | 'every' | undefined;
      /** When the watch ends: a date (to the end of that day in `mail.timeZone`) or a date and time with its offset. Missing: as long as it is listed. (date or date and time) */
      until?: string | undefined;
    }[] | undefined;
  } | undefined;
  /** Job 2, cost guardrails: what is idle, who is warned, what is deleted. With examples: docs/policies.md. (object) */
  guardrails?: {
    /** `observe`: only tells what would be done. `enforce`: warns owners and deletes. ("observe" or "enforce"; default "observe") */
    mode?: 'observe' | 'enforce' | undefined;
    /** Who is told in observe mode: only the `operator`, or also the `owner`. ("operator" or "owner"; default "operator") */
    observeTo?: 'operator' | 'owner' | undefined;
    /** Limits for all runtimes together. (object) */
    limits?: {
      /** Most deletions that are begun in one tick. (whole number, 1 to 50; default 5) */
      deletionsPerTick?: number | undefined;
      /** Most deletions that are begun in an hour. (whole number, 1 to 200; default 20) */
      deletionsPerHour?: number | undefined;
    } | undefined;
    /** Each tick begins its readings up to so many seconds late, by chance, so that no periodic job hides between them. (whole number, 0 to 45; default 30) */
    sampleOffsetSeconds?: number | undefined;
    /** When the operator gets the daily mail, in `mail.timeZone`. (text; default "08:00") */
    dailyMailAt?: string | undefined;
    /** Whether a plan that cannot be read counts as on demand. Otherwise it counts as reserved, and the runtime is only reported. (true or false; default false) */
    assumeOnDemand?: boolean | undefined;
    /** A runtime that is younger is never idle. (text; default "30m") */
    minimumAge?: string | undefined;
    /** For how long a link offers to keep a runtime, as far as `keepAtMost` allows it. (list of text; default ["4h","1d","7d"]) */
    keepChoices?: string[] | undefined;
    /** Longest time that somebody may keep a runtime for with a link. (text; default "7d") */
    keepAtMost?: string | undefined;
    /** For tests only: allows durations from 1 second on, so that a runtime may be deleted seconds after its warning. Every mail and page says so. (true or false; default false) */
    unsafeShortLadder?: boolean | undefined;
    /** Mail address that is told when the owner is not known or cannot be reached. Missing: `mail.operator`. (mail address) */
    fallback?: string | undefined;
    /** Whose runtimes are whose; the first that fits is told. (list of object; default []) */
    owners?: {
      /** Project id, one of `provider.projects`. Missing: any project. (text) */
      project?: string | undefined;
      /** Id of one runtime. Missing: any. (text) */
      id?: string | undefined;
      /** Pattern for the runtime's name: `*` stands for any characters, `?` for one, `{owner}` for the owner (letters, digits, `.`, `_` and `+`). Missing: any name. (text) */
      name?: string | undefined;
      /** Mail address of the owner; `{owner}` in it stands for what stands there in the name. (text; required) */
      to: string;
    }[] | undefined;
    /** Runtimes that are neither warned about nor deleted; each listed in the daily mail. (list of object; default []) */
    exemptions?: {
      /** Project id, one of `provider.projects`. Missing: any project. (text) */
      project?: string | undefined;
      /** Id of one runtime. Missing: any. (text) */
      id?: string | undefined;
      /** Pattern for the runtime's name: `*` stands for any characters, `?` for one; case does not matter. Missing: any name. (text) */
      name?: string | undefined;
      /** When the exemption ends: a date (to the end of that day in `mail.timeZone`), a date and time with its offset, or `forever`. (date or date and time or "forever"; required) */
      until: string | 'forever';
      /** Why; it stands in the daily mail. (text) */
      because?: string | undefined;
    }[] | undefined;
    /** Rules for some of the runtimes; the first that matches counts. A built-in one called `default`, for everything, comes last. (list of object; default []) */
    policies?: {
      /** Its name in mails and in the ledger; each policy has its own. One that is called `default` replaces the built-in one. (text; required) */
      name: string;
      /** The runtimes that it is for: those that fit everything given here. Missing: all. (object) */
      match?: {
        /** Project id, one of `provider.projects`. Missing: any project. (text) */
        project?: string | undefined;
        /** Id of one runtime. Missing: any. (text) */
        id?: string | undefined;
        /** Pattern for the runtime's name: `*` stands for any characters, `?` for one; case does not matter. Missing: any name. (text) */
        name?: string | undefined;
        /** GPU model: whole words of its name in the inventory, such as `H100`. Missing: any model, also an unknown one. (text) */
        model?: string | undefined;
        /** Lowest price, in USD for one GPU for one hour. A price that is not known fits no limit. (number, above 0) */
        minPricePerGpuHour?: number | undefined;
        /** Highest price, in USD for one GPU for one hour. A price that is not known fits no limit. (number, above 0) */
        maxPricePerGpuHour?: number | undefined;
      } | undefined;
      /** `observe`: only says what it would do. `enforce`: warns and deletes. `off`: does neither and does not look. Missing: `guardrails.mode`. ("observe" or "enforce" or "off") */
      mode?: 'observe' | 'enforce' | 'off' | undefined;
      /** What counts as idle: all of it, in every sample since the last reading. (object) */
      idle?: {
        /** The busiest GPU is used by less than so many per cent. (number, above 0, at most 50; default 5) */
        gpuBelowPercent?: number | undefined;
        /** And the CPU by less than so many cores, where it is reported. (number, above 0, at most 1024; default 1) */
        cpuBelowCores?: number | undefined;
        /** Or by less than so many per cent, where it is not known how many cores that is. (number, above 0, at most 100; default 5) */
        cpuBelowPercent?: number | undefined;
      } | undefined;
      /** Observed idle time after which something follows. (object) */
      ladder?: {
        /** Idle time after which its owner is warned for the first time. (text; default "60m") */
        firstWarningAfter?: string | undefined;
        /** Idle time after which its owner is warned for the last time; that mail names the time of the deletion. (text; default "105m") */
        lastWarningAfter?: string | undefined;
        /** Idle time after which it is deleted, if the last warning has arrived. (text; default "120m") */
        deleteAfter?: string | undefined;
        /** Time from an accepted last warning to the deletion, at least. (text; default "15m") */
        lead?: string | undefined;
        /** The same after something took the warnings before it back; `lead` counts if that is longer. (text; default "60m") */
        freshLead?: string | undefined;
      } | undefined;
      /** When it may delete; warnings go out at any time and name a time within these hours. Missing: always. (object) */
      hours?: {
        /** Days on which the span begins: `mon`, `tue`, `wed`, `thu`, `fri`, `sat`, `sun`. (list of "mon" or "tue" or "wed" or "thu" or "fri" or "sat" or "sun"; required) */
        days: ('mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun')[];
        /** Time of day from which on it may delete, such as `09:00`. (text; required) */
        from: string;
        /** Time of day from which on it may not any more, up to `24:00`. One before `from` is that of the next day. (text; required) */
        to: string;
        /** IANA time zone of these times. Missing: `mail.timeZone`. (text) */
        timeZone?: string | undefined;
      } | undefined;
      /** Limits for the runtimes of this policy, below those of `guardrails.limits`. (object) */
      limits?: {
        /** Most deletions in one tick. (whole number, 1 to 50) */
        deletionsPerTick?: number | undefined;
        /** Most deletions in an hour. (whole number, 1 to 200) */
        deletionsPerHour?: number | undefined;
      } | undefined;
      /** Longest time that somebody may keep a runtime for with a link. Missing: `guardrails.keepAtMost`. (text) */
      keepAtMost?: string | undefined;
      /** Whether a plan that cannot be read counts as on demand. Missing: `guardrails.assumeOnDemand`. (true or false) */
      assumeOnDemand?: boolean | undefined;
      /** Mail address that is told when the owner is not known or cannot be reached. Missing: `guardrails.fallback`. (mail address) */
      fallback?: string | undefined;
    }[] | undefined;
  } | undefined;
  /** The HTTP API: who may use it. See docs/api.md. (object) */
  api?: {
    /** Address of an OpenID Connect issuer whose tokens are taken, as its tokens name it (`iss`). Missing: the deployment makes a Cognito user pool. (http or https address) */
    issuer?: string | undefined;
    /** Whom the tokens of that issuer must be for (`aud`, or else `client_id`); at least one, with `issuer` only. (list of text; default []) */
    audience?: string[] | undefined;
    /** Claim of the token that lists the groups somebody is in. (text; default "cognito:groups") */
    groupsClaim?: string | undefined;
    /** Group whose members may see and change everything; everybody else what is theirs. (text; default "operators") */
    operatorGroup?: string | undefined;
    /** Origins of web pages that may call the API from a browser, such as `https://tools.example.com`. None: no page may. (list of http or https address; default []) */
    allowOrigins?: string[] | undefined;
  } | undefined;
  /** Making runtimes: off unless allowed, and never above a spending limit. See docs/api.md. (object) */
  creating?: {
    /** Who may have runtimes made by the HTTP API. What is made bills until it is deleted. ("nobody" or "operators" or "everybody"; default "nobody") */
    allowed?: 'nobody' | 'operators' | 'everybody' | undefined;
    /** Whether a watch may have its runtime made as soon as it can be rented, without anybody being asked again. (true or false; default false) */
    whenAvailable?: boolean | undefined;
    /** Most that all runtimes which GPU Warden made for watches and requests, and which are still there, may cost in an hour, in USD; what somebody makes again after a deletion is theirs. Needed unless `allowed` is `nobody`. (number, above 0, at most 100000) */
    maxUsdPerHour?: number | undefined;
    /** Most that one GPU of a runtime may cost in an hour, in USD. Missing: any price within `maxUsdPerHour`. (number, above 0, at most 1000) */
    maxPricePerGpuHour?: number | undefined;
    /** Most GPUs of one runtime. (whole number, 1 to 1024; default 8) */
    maxGpus?: number | undefined;
    /** Most runtimes that GPU Warden made and that are still there. (whole number, 1 to 100; default 5) */
    maxRuntimes?: number | undefined;
  } | undefined;
  /** How a run of one minute keeps out of the next one's way. (object) */
  runs?: {
    /** Seconds for which a run of a minute keeps others out, at most; it stops working 8 seconds before. (whole number, 40 to 58; default 58) */
    leaseSeconds?: number | undefined;
  } | undefined;
  /** What `cdk deploy` makes beside the functions. (object) */
  deployment?: {
    /** Whether the table, with all that Warden remembers, is protected and survives `cdk destroy`. (true or false; default true) */
    keepData?: boolean | undefined;
    /** Days after which log lines are forgotten. (7 or 14 or 30 or 60 or 90 or 180 or 365; default 30) */
    logRetentionDays?: 7 | 14 | 30 | 60 | 90 | 180 | 365 | undefined;
    /** Mail address that alarms go to, once it has confirmed that. Missing: `mail.operator`. (mail address) */
    alarmsTo?: string | undefined;
  } | undefined;
};
