// A small 5G core as it is often written: it runs, and it is open. Every rule of carrierguard has something to say about it.
import "./cluster";
import "./core";
import "./network";
