// A small 5G core with nothing for the strict profile to find: every plane apart, every caller known, every log kept.
import "./admission";
import "./capacity";
import "./cluster";
import "./core";
import "./detections";
import "./encryption";
import "./mesh";
import "./network";
import "./policies";
import "./records";
import "./signatures";
