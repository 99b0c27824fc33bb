package drivers
