using Freshet.TrackerBench;

return new Bench("TrackerBench", [new AnnounceRow()], static workplace => [new FreshetTracker(), new Opentracker()]).Run(args);
