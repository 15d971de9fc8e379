document.title = 'Kiosk';
