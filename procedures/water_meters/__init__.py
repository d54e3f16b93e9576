"""Water meters (meter air), one or many in series, against a measure, a scale or a master meter."""
